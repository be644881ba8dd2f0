import type { Clamd } from '#shared/antivirus/clamd.ts'
import type { Logger } from '#shared/runtime/logger.ts'

/** Says at start what the antivirus is worth. One that is down now may be up when it is needed, so this stops nothing. */
export async function reportAntivirus(clamd: Clamd, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    const engine = await clamd.version(signal)
    if (await clamd.tellsLimits(signal)) log.info({ engine }, 'antivirus ready')
    else log.warn({ engine }, 'antivirus says OK to what it does not read: set AlertExceedsMax yes in clamd.conf')
  } catch (err) {
    if (!signal.aborted) log.warn({ err }, 'antivirus does not answer')
  }
}
