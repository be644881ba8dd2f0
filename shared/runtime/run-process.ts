import type { CommonConfig } from '../config/common.ts'
import { type Env, EnvReader } from '../config/env.ts'
import { Lifecycle } from './lifecycle.ts'
import { createLogger, type LogContext, type Logger } from './logger.ts'

type ProcessParts<Config extends CommonConfig> = {
  readonly name: string
  readonly logContext?: LogContext
  readonly load: (read: EnvReader) => Config
  /** Reads something again on SIGHUP; a process that does not is ended by it, as is usual. */
  readonly reloads?: boolean
  /** Builds everything and registers its stops; resolves when the process is ready to work. */
  readonly compose: (config: Config, log: Logger, life: Lifecycle) => Promise<unknown>
}

/**
 * The life of one process, the same for each: read the configuration (all problems at once, exit code 78 as in sysexits.h),
 * build, say ready, stop on SIGTERM or SIGINT. `--check` ends after the configuration. A second signal kills at once.
 */
export async function runProcess<Config extends CommonConfig>(
  node: NodeJS.Process,
  parts: ProcessParts<Config>,
): Promise<void> {
  const config = readConfig(node, parts)
  if (config === undefined) return
  const log = createLogger(parts.name, config.logLevel, parts.logContext)
  const life = new Lifecycle(log, config.stopStepMs)
  const stop = (why: string) => {
    log.info({ why }, 'stopping')
    void life.stop().then((code) => {
      log.info({ code }, 'stopped')
      node.exit(code)
    })
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) node.once(signal, () => stop(signal))
  if (parts.reloads === true) node.on('SIGHUP', () => life.reload())
  // The launcher's pipe closed: it died without a signal, and nobody else would stop this process.
  if (node.env.AIRLOCK_STOP_WITH_PARENT === '1') node.once('disconnect', () => stop('parent gone'))
  try {
    await parts.compose(config, log, life)
    log.info('ready')
    node.send?.({ ready: true })
  } catch (err) {
    log.fatal({ err }, 'cannot start')
    node.exit((await life.stop()) || 1)
  }
}

function readConfig<Config extends CommonConfig>(
  node: NodeJS.Process,
  parts: ProcessParts<Config>,
): Config | undefined {
  const read = new EnvReader(node.env as Env)
  try {
    const config = parts.load(read)
    read.finish()
    for (const warning of read.warnings()) node.stderr.write(`${parts.name}: ${warning}\n`)
    if (!node.argv.includes('--check')) return config
    node.stdout.write(`${parts.name}: the configuration is good\n`)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error
    node.stderr.write(`${parts.name}: ${error.message}\n`)
    node.exitCode = 78
  }
  return undefined
}
