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

/** Fields that every line written in some context shall carry, such as the ids of the request being served. */
export type LogContext = () => object

/** One JSON line an event on standard output, with the process's name; tokens and file names never. */
export const createLogger = (service: string, level: string, context: LogContext = () => ({})): Logger =>
  pino(
    {
      mixin: context,
      name: service,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[redacted]' },
      serializers: { err: safeError },
    },
    // Written at once: a line kept back would be lost with the process, and its flush at exit never ends once the reader of stdout is gone.
    pino.destination({ fd: 1, sync: true }),
  )

/** What of an error goes into a log: a Redis error, say, carries its whole command, records and file names included. */
const ERROR_FIELDS = ['type', 'message', 'code', 'kind', 'syscall', 'signal', 'exitCode'] as const

/** An error with its causes: known fields only, tokens and credentials cut out. */
function safeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutSecrets(String(error)) }
  const plain = { ...error, type: error.name, message: error.message } as Record<string, unknown>
  const fields = ERROR_FIELDS.filter((field) => plain[field] !== undefined)
  const known = Object.fromEntries(fields.map((field) => [field, withoutSecrets(String(plain[field]))]))
  const stack = withoutSecrets(error.stack ?? '')
  return error.cause === undefined ? { ...known, stack } : { ...known, stack, cause: safeError(error.cause) }
}

/** Cuts JWTs and credentials of URLs out of a text. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]')
    .replace(/([?&](?:token|ticket)=)[^&\s"']+/g, '$1[token]')
    .replace(/(rediss?(?:-sentinel|-cluster)?:\/\/)[^@/\s]*@/g, '$1[credentials]@')
