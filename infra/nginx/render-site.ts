/** What infra/nginx/airlock.conf.template needs, with what a host of its own has as a rule. */
export const NGINX_DEFAULTS = Object.freeze({
  AIRLOCK_HTTP_PORT: '80',
  AIRLOCK_HTTPS_PORT: '443',
  /** What follows the host name in the redirect, e.g. `:8443`. */
  AIRLOCK_HTTPS_SUFFIX: '',
  AIRLOCK_CERTIFICATE: '/etc/airlock/tls.crt',
  AIRLOCK_CERTIFICATE_KEY: '/etc/airlock/tls.key',
  AIRLOCK_PAGE_ROOT: '/opt/airlock/services/web/dist',
  AIRLOCK_ACCESS_LOG: '/var/log/nginx/airlock.log',
  AIRLOCK_HSTS: '',
  AIRLOCK_RESOLVER: '',
  AIRLOCK_API_SERVERS: 'server 127.0.0.1:5010;',
  AIRLOCK_REALTIME_SERVERS: 'server 127.0.0.1:5011;',
})

export type NginxValues = Readonly<Record<keyof typeof NGINX_DEFAULTS, string>>

/** Puts the values in; throws where the template asks for one nobody gave. */
export const renderSite = (template: string, values: NginxValues): string =>
  template.replaceAll(/\$\{(AIRLOCK_[A-Z_]+)\}/g, (_whole, name: string) => {
    const value = (values as Readonly<Record<string, string | undefined>>)[name]
    if (value === undefined) throw new Error(`Cannot render the nginx site: no value for ${name}`)
    return value
  })
