import { createWriteStream, existsSync, renameSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const WARN = 40
const LEVEL_NAMES = new Map([
  [40, 'warning'],
  [50, 'error'],
  [60, 'fatal'],
])

export type ChildLog = { attach(output: Readable, error: Readable): void; close(): void }

/** Everything a process writes goes to its file (the last run's is kept as `.1`); what somebody should see, to the console too. */
export function openChildLog(name: string, file: string, say: (text: string) => void): ChildLog {
  if (existsSync(file)) renameSync(file, `${file}.1`)
  const stream = createWriteStream(file, { mode: 0o600 })
  stream.on('error', (error) => say(`${name}: cannot write ${file}: ${error.message}`))
  const write = (line: string) => void stream.write(`${line}\n`)
  return {
    attach: (output, error) => {
      createInterface({ input: output }).on('line', (line) => {
        write(line)
        const text = consoleLine(line)
        if (text !== undefined) say(`${name}: ${text}`)
      })
      createInterface({ input: error }).on('line', (line) => {
        write(line)
        say(`${name}: ${line}`)
      })
    },
    close: () => stream.end(),
  }
}

/** One readable line for a pino line of level warn or above; undefined for what need not be seen. */
export function consoleLine(line: string): string | undefined {
  const entry = parseObject(line)
  if (entry === undefined) return line
  if (typeof entry.level !== 'number' || entry.level < WARN) return undefined
  const err = entry.err as { message?: unknown } | undefined
  const cause = typeof err?.message === 'string' ? ` (${err.message.split('\n')[0]})` : ''
  return `${LEVEL_NAMES.get(entry.level) ?? 'warning'}: ${String(entry.msg ?? '')}${cause}`
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
