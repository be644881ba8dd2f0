import type { Random } from '../random.ts'
import type { Kind } from '../site/member.ts'

export const FAULT_KINDS = [
  'kill',
  'freeze',
  'term',
  'cut',
  'half-close',
  'delay',
  'stall',
  'redis-restart',
  'redis-kill',
  'flush',
  'disk-full',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** One fault of the schedule. `at` and `ms` in milliseconds; `target`: which process of its kind; what a fault does not use is 0. */
export type Fault = {
  readonly at: number
  readonly kind: FaultKind
  readonly on: Kind
  readonly target: number
  readonly ms: number
  readonly extra: number
}

/** How often, beside one another. */
const WEIGHTS: Record<FaultKind, number> = {
  kill: 22,
  freeze: 9,
  term: 10,
  cut: 20,
  'half-close': 8,
  delay: 6,
  stall: 4,
  'redis-restart': 3,
  'redis-kill': 3,
  flush: 2,
  'disk-full': 4,
}

/** Which processes are hit, beside one another. */
const KINDS: readonly (readonly [number, Kind])[] = [
  [4, 'api'],
  [4, 'scan'],
  [1, 'realtime'],
  [2, 'sweep'],
]

export type FaultRules = {
  readonly totalMs: number
  readonly gapMs: number
  readonly longestFreezeMs: number
  readonly kinds: readonly FaultKind[]
}

/** The whole schedule of a run, from its seed. Each kind comes at least once if there is room for it. Pure. */
export function planFaults(random: Random, { totalMs, gapMs, longestFreezeMs, kinds }: FaultRules): Fault[] {
  const owed = [...kinds]
  const faults: Fault[] = []
  for (let at = gapMs; at < totalMs; at += Math.max(50, -Math.log(1 - random.next()) * gapMs)) {
    if (kinds.length === 0) break
    const drawn = random.weighted(kinds.map((kind) => [WEIGHTS[kind], kind] as const))
    const kind = random.chance(0.3) ? (owed[0] ?? drawn) : drawn
    if (owed.includes(kind)) owed.splice(owed.indexOf(kind), 1)
    const on = random.weighted(KINDS)
    faults.push({
      ...{ at: Math.round(at), kind, on },
      target: random.int(0, 99),
      ms: lengthOf(kind, random, longestFreezeMs),
      extra: random.int(0, 99),
    })
  }
  return faults
}

function lengthOf(kind: FaultKind, random: Random, longestFreezeMs: number): number {
  switch (kind) {
    case 'kill':
      return random.int(0, 2_000)
    case 'freeze':
      return random.int(Math.min(3_000, longestFreezeMs), longestFreezeMs)
    case 'delay':
    case 'stall':
      return random.int(500, 5_000)
    case 'redis-kill':
      return random.int(0, 4_000)
    case 'disk-full':
      return random.int(1_000, 6_000)
    default:
      return 0
  }
}

export const describeFault = ({ at, kind, on, target, ms }: Fault): string => {
  const who = ['kill', 'freeze', 'term'].includes(kind) ? ` ${on}[${target}]` : ''
  return `${(at / 1_000).toFixed(1).padStart(7)} s  ${kind}${who}${ms > 0 ? ` ${ms} ms` : ''}`
}
