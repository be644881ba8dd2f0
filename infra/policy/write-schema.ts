import { writeFileSync } from 'node:fs'
import { policySchema } from '#shared/domain/policy-schema.ts'

/** Writes the published schema anew after a change of its tables: `node infra/policy/write-schema.ts`. */
writeFileSync(new URL('policy.schema.json', import.meta.url), `${JSON.stringify(policySchema(), null, 2)}\n`)
