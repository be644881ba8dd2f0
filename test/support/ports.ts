import { readFile } from 'node:fs/promises'
import { freePort as anyFreePort, probePort } from '../../infra/process/free-port.ts'

/** Below the ports that the kernel gives to outgoing connections and to `listen(0)`, and above those of services. */
const FIRST = 12_000
const LAST_WISHED = 32_000
/** Ports of one lane: two lanes that run at once never ask for the same. */
const LANES = 4

let next: number | undefined

/**
 * A port of the loopback for a process that is still to be started. One the kernel picks may be given to somebody else, by the other lane
 * or for a connection, in the seconds before that process listens; those of this range are given by this function alone.
 */
export async function freePort(): Promise<number> {
  const size = Math.floor((Math.min(LAST_WISHED, await firstOfKernel()) - FIRST) / LANES)
  if (size < 1_000) return anyFreePort()
  const lane = Number(process.env.VITEST_POOL_ID ?? 0) % LANES
  next ??= Math.floor(Math.random() * size)
  for (let tries = 0; tries < size; tries++) {
    const port = FIRST + lane * size + (next++ % size)
    if (await isFree(port)) return port
  }
  throw new Error('Cannot find a free port')
}

const isFree = (port: number): Promise<boolean> =>
  probePort(port).then(
    () => true,
    () => false,
  )

/** The lowest port that the kernel gives by itself (ip(7), ip_local_port_range). */
async function firstOfKernel(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '')
  return Number(text.split(/\s/)[0])
}
