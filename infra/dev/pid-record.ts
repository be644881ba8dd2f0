import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { processMark } from '../process/process-mark.ts'

type Entry = { readonly name: string; readonly pid: number; readonly mark: string }

/** What this run has started, in a file as well: the next run finds there what a killed one left behind. */
export class PidRecord {
  readonly #file: string
  readonly #entries = new Map<string, Entry>()
  #writing: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /** Each name has one process at a time: the newest. */
  async add(name: string, pid: number): Promise<void> {
    const mark = await processMark(pid)
    if (mark === undefined) return
    this.#entries.set(name, { name, pid, mark })
    this.#writing = this.#writing.then(() =>
      writeFile(this.#file, JSON.stringify([...this.#entries.values()]), { mode: 0o600 }),
    )
    await this.#writing
  }

  /** SIGKILL to everything that is still there. */
  async killAll(): Promise<void> {
    for (const entry of this.#entries.values()) await signalIfSame(entry, 'SIGKILL')
  }
}

/** Stops what an earlier run left behind; such processes have noticed already and are on their way out, as a rule. */
export async function stopLeftovers(file: string, say: (text: string) => void): Promise<void> {
  const left = await stillThere(parseEntries(await readIfThere(file)))
  if (left.length === 0) return
  say(`Waiting for what an earlier run left behind to stop: ${left.map(({ name }) => name).join(', ')}`)
  for (const entry of left) await signalIfSame(entry, 'SIGTERM')
  const deadline = Date.now() + 15_000
  while ((await stillThere(left)).length > 0) {
    if (Date.now() > deadline) for (const entry of left) await signalIfSame(entry, 'SIGKILL')
    await pause(50)
  }
}

async function stillThere(entries: readonly Entry[]): Promise<Entry[]> {
  const marks = await Promise.all(entries.map(({ pid }) => processMark(pid)))
  return entries.filter(({ mark }, index) => marks[index] === mark)
}

async function signalIfSame({ pid, mark }: Entry, signal: NodeJS.Signals): Promise<void> {
  if ((await processMark(pid)) !== mark) return
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** A file cut short by a crash names nobody. */
function parseEntries(text: string): Entry[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return []
  }
  return Array.isArray(parsed) ? parsed.filter(isEntry) : []
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  Number.isSafeInteger(value.pid) &&
  (value.pid as number) > 1 &&
  'name' in value &&
  'mark' in value &&
  typeof value.mark === 'string'
