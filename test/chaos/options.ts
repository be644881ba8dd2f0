import { parseArgs } from 'node:util'
import { FAULT_KINDS, type FaultKind } from './faults/plan-faults.ts'

export type ChaosOptions = {
  readonly seconds: number
  readonly seed: number
  /** What the clients send in a minute at most, MiB. */
  readonly megabytesPerMinute: number
  readonly engineers: number
  /** Size of the file system that holds the upload root, MiB. */
  readonly diskMegabytes: number
  readonly faults: readonly FaultKind[]
  /** Mean pause between two faults, ms. */
  readonly gapMs: number
  /** Longest SIGSTOP, ms. */
  readonly longestFreezeMs: number
  /** Rounds of each scene of two processes; 0: chaos instead. */
  readonly scenes: number
  /** Folder for the logs and timelines of a run with findings. */
  readonly out: string
}

export const USAGE = `npm run chaos -- [--minutes N | --seconds N] [--seed S] [--engineers N] [--mb-per-minute N] [--disk-mb N]
                [--gap-ms N] [--longest-freeze-ms N] [--faults ${FAULT_KINDS.join(',')}] [--without …] [--out FOLDER]
npm run chaos -- --scenes N     the two-process scenes, N rounds of each`

const number = (text: string, name: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new Error(`Cannot read --${name}: it must be a number`)
  return value
}

/** Throws an error with a message for people where an argument cannot be used. */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ minutes: text, seconds: text, seed: text, engineers: text, 'mb-per-minute': text, 'disk-mb': text },
      ...{
        'gap-ms': text,
        'longest-freeze-ms': text,
        faults: text,
        without: text,
        out: text,
        scenes: text,
      },
    },
  })
  const read = (name: keyof typeof values, fallback: number) => number(values[name] ?? String(fallback), name)
  const without = faultList(values.without ?? '', 'without')
  const faults = values.faults === undefined ? FAULT_KINDS : faultList(values.faults, 'faults')
  return {
    seconds: values.minutes === undefined ? read('seconds', 90) : read('minutes', 1.5) * 60,
    seed: read('seed', 1),
    megabytesPerMinute: read('mb-per-minute', 300),
    engineers: read('engineers', 8),
    diskMegabytes: read('disk-mb', 2048),
    gapMs: read('gap-ms', 2_000),
    longestFreezeMs: read('longest-freeze-ms', 30_000),
    faults: faults.filter((kind) => !without.includes(kind)),
    scenes: read('scenes', 0),
    out: values.out ?? 'var/chaos',
  }
}

function faultList(text: string, name: string): FaultKind[] {
  return text
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const kind = FAULT_KINDS.find((candidate) => candidate === word)
      if (kind === undefined) throw new Error(`Cannot use --${name} ${word}: it must be of ${FAULT_KINDS.join(', ')}`)
      return kind
    })
}
