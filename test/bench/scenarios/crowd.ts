import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { testToken } from '../../support/tokens.ts'
import type { IdleLoad, IdleResult } from '../client/idle-process.ts'
import type { LoadClient } from '../client/load-client.ts'
import { cpuSeconds, memory } from '../process-figures.ts'
import type { Airlock, BenchSite } from '../servers/bench-site.ts'
import { fixed, mebibytes, table } from '../table.ts'

const MIB = 2 ** 20
const IDLE = 10_000
const USERS = 250
const ACTIVE = 200
const ACTIVE_BYTES = 16 * MIB
const QUIET_MS = 15_000

/**
 * Ten thousand uploads that stand still and 200 that do not, on one API process. Each idle one has its connection; in the middle of a
 * body it has its file open too, so as many are there as the limit of open files lets be, and the others wait between two requests.
 */
export async function crowdScenario(site: BenchSite, client: LoadClient): Promise<string> {
  const target = await site.airlock()
  const rows: string[][] = []
  const note = async (what: string, work: () => Promise<unknown>) => {
    rows.push([what, ...(await measured(site, target, work))])
  }
  try {
    await active(client, target, 20)
    await note('nobody', () => pause(QUIET_MS))
    await note(`${ACTIVE} active`, () => active(client, target, ACTIVE))
    const idle = await openIdle(target)
    await note(`${IDLE} idle`, () => pause(QUIET_MS))
    await note(`${IDLE} idle, ${ACTIVE} active`, () => active(client, target, ACTIVE))
    idle.close()
  } finally {
    await target.end()
  }
  const head = ['', 's', 'MiB', 'peak MiB', 'CPU %', 'Redis CPU %', 'delay p50 ms', 'p99 ms', 'max ms']
  const title = `${IDLE} idle uploads (${inBody()} of them in the middle of a PATCH) and ${ACTIVE} active ones of ${ACTIVE_BYTES / MIB} MiB on one API process`
  return `${title}\n\n${table(head, rows)}`
}

function active(client: LoadClient, { port, path, headers }: Airlock, connections: number): Promise<number> {
  return client.run({ port, path, headers, way: 'patch', connections, files: connections, bytes: ACTIVE_BYTES })
}

/** How many idle uploads may have two files open. */
function inBody(): number {
  const limit = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  return Math.max(0, Math.min(IDLE, limit - IDLE - 3 * ACTIVE - 300))
}

async function openIdle(target: Airlock): Promise<{ close(): void }> {
  const child = fork(new URL('../client/idle-process.ts', import.meta.url), [], { execArgv: [] })
  await once(child, 'message')
  const tokens = Array.from({ length: USERS }, (_, number) => testToken({ sub: `user${number}` }))
  const load: IdleLoad = { port: target.port, path: target.path, tokens, count: IDLE, inBody: inBody() }
  child.send(load)
  const [result] = (await once(child, 'message')) as [IdleResult]
  if ('failed' in result) throw new Error(result.failed)
  return { close: () => child.disconnect() }
}

/** Seconds, memory, CPU, and the delay of the event loop as the process itself tells it in /metrics, reset before. */
async function measured(
  { redis }: BenchSite,
  { process, port }: Airlock,
  work: () => Promise<unknown>,
): Promise<string[]> {
  await eventLoopDelays(port)
  const redisPid = redis.pid()
  const [cpu, redisCpu, started] = [cpuSeconds(process.pid), cpuSeconds(redisPid), performance.now()]
  await work()
  const seconds = (performance.now() - started) / 1000
  const share = (used: number) => fixed((used / seconds) * 100, 0)
  const { now, peak } = memory(process.pid)
  return [
    ...[fixed(seconds, 1), mebibytes(now), mebibytes(peak)],
    ...[share(cpuSeconds(process.pid) - cpu), share(cpuSeconds(redisPid) - redisCpu)],
    ...(await eventLoopDelays(port)).map((ms) => fixed(ms, 1)),
  ]
}

/** p50, p99 and the most, ms, since they were asked for before (prom-client resets its histogram at each scrape). */
async function eventLoopDelays(port: number): Promise<number[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return ['p50', 'p99', 'max'].map(
    (name) => Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1]) * 1000,
  )
}
