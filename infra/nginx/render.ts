import { readFileSync } from 'node:fs'
import { NGINX_DEFAULTS, renderSite } from './render-site.ts'

/** `AIRLOCK_API_SERVERS='server a:5010; server b:5010;' node infra/nginx/render.ts > /etc/nginx/conf.d/airlock.conf` */
const given = Object.fromEntries(
  Object.keys(NGINX_DEFAULTS).flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }),
)
const template = readFileSync(new URL('airlock.conf.template', import.meta.url), 'utf8')
process.stdout.write(renderSite(template, { ...NGINX_DEFAULTS, ...given }))
