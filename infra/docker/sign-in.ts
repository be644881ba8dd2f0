import { EnvReader } from '#shared/config/env.ts'
import { ADMIN, ENGINEER, signedInLink } from '../dev/links.ts'

/** `docker compose exec api node infra/docker/sign-in.ts`: links that are signed in, for a first look without a portal. */
const read = new EnvReader(process.env)
const secret = read.required('JWT_SECRET_KEY', 'the secret the tokens are signed with')
read.finish()
const origin = read.text('PUBLIC_URL', 'https://localhost:8443').replace(/\/$/, '')
for (const user of [ENGINEER, ADMIN]) process.stdout.write(`${user.sub}: ${signedInLink(user, { origin, secret })}\n`)
