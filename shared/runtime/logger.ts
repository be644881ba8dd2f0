import pino from 'pino'

export type Logger = pino.Logger

/** Where a token, a cookie or a user's file name could stand. */
const REDACTED = [
  'authorization',
  'token',
  'headers.authorization',
  'headers.cookie',
  'headers["upload-token"]',
  'headers["upload-metadata"]',
  'req.headers.authorization',
  'req.headers.cookie',
  '*.token',
  'filename',
  '*.filename',
]

/** One JSON line an event on standard output, with the process's name; tokens and file names never. */
export const createLogger = (service: string, level: string): Logger =>
  pino({
    name: service,
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { err: safeError },
  })

/** Errors with their causes, without the query string of any URL they may quote. */
function safeError(error: Error): object {
  const plain = pino.stdSerializers.errWithCause(error)
  return JSON.parse(JSON.stringify(plain, (_key, value) => (typeof value === 'string' ? withoutSecrets(value) : value)))
}

/** Cuts JWTs and credentials of URLs out of a text. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]')
    .replace(/([?&](?:token|ticket)=)[^&\s"']+/g, '$1[token]')
    .replace(/(rediss?:\/\/)[^@/\s]*@/g, '$1[credentials]@')
