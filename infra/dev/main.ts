import { fileURLToPath } from 'node:url'
import { AppError } from '#shared/domain/errors.ts'
import { PidRecord } from './pid-record.ts'
import { printLinks } from './print-links.ts'
import { readDevSettings } from './settings.ts'
import { startSite } from './start-site.ts'

/** npm passes a Ctrl-C on that the terminal has sent here already: within this time it is one and the same. */
const SAME_SIGNAL_MS = 400
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

const say = (text: string) => console.log(text)
const stops = new AsyncDisposableStack()
const stopping = new AbortController()

async function run(): Promise<void> {
  const from = Date.now()
  const settings = readDevSettings(REPOSITORY, process.env)
  const pids = new PidRecord(settings.pidFile)
  stopOnSignals(pids)
  stopWithNpm()
  await startSite({ settings, env: process.env, pids, say, stops, signal: stopping.signal })
  say(`Ready in ${((Date.now() - from) / 1_000).toFixed(1)} s\n`)
  await printLinks(settings, process.env, say)
}

function stopOnSignals(pids: PidRecord): void {
  let first = 0
  const onSignal = () => {
    if (first === 0) {
      first = Date.now()
      void stop()
    } else if (Date.now() - first > SAME_SIGNAL_MS) void pids.killAll().finally(() => process.exit(130))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
}

/** Under npm: a killed npm tells nobody, and its child would run on unseen. */
function stopWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent && !stopping.signal.aborted) void stop()
  }, 500).unref()
}

async function stop(): Promise<void> {
  say('\nStopping …')
  stopping.abort()
  process.exit(await stopEverything(0))
}

async function stopEverything(code: number): Promise<number> {
  try {
    await stops.disposeAsync()
    return code
  } catch (error) {
    console.error(error)
    return 1
  }
}

try {
  await run()
} catch (error) {
  // Stopped while starting: whatever was under way then is not a failure.
  if (!stopping.signal.aborted) {
    stopping.abort()
    console.error(error instanceof AppError ? error.message : error)
    process.exit(await stopEverything(1))
  }
}
