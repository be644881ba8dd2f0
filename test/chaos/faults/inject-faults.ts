import { setTimeout as pause } from 'node:timers/promises'
import type { ChaosSite } from '../chaos-site.ts'
import type { Journal } from '../journal.ts'
import { cut, halfClose, type Link } from '../site/balancer.ts'
import { describeFault, type Fault } from './plan-faults.ts'

type Deps = { readonly site: ChaosSite; readonly journal: Journal }

/** Injects each fault at its time; resolves when the last one is over and everything runs again. */
export async function injectFaults(faults: readonly Fault[], deps: Deps, signal: AbortSignal): Promise<void> {
  const started = deps.journal.now()
  const running: Promise<unknown>[] = []
  for (const fault of faults) {
    const wait = started + fault.at - deps.journal.now()
    if (wait > 0) await pause(wait, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    running.push(inject(fault, deps))
  }
  await Promise.all(running)
  await Promise.all(deps.site.members.map((member) => member.settled()))
}

async function inject(fault: Fault, { site, journal }: Deps): Promise<void> {
  journal.note('fault', describeFault(fault).trim())
  journal.count(`fault: ${fault.kind}`)
  try {
    await act(fault, site, journal)
  } catch (error) {
    journal.find('a fault could not be injected', `${describeFault(fault)}: ${(error as Error).stack}`)
  }
}

async function act(fault: Fault, site: ChaosSite, journal: Journal): Promise<unknown> {
  const members = site.members.filter(({ kind }) => kind === fault.on)
  const member = members[fault.target % members.length]
  const link = site.front.links[fault.target % site.front.links.length]
  switch (fault.kind) {
    case 'kill':
      return member?.kill(fault.ms)
    case 'term':
      return member?.terminate()
    case 'freeze':
      return member?.freeze(fault.ms)
    case 'redis-restart':
      return site.outage('redis', 'restart', () => site.redis.restart())
    case 'redis-kill':
      return site.outage('redis', 'kill', async () => {
        await site.redis.kill()
        await pause(fault.ms)
        await site.redis.restart()
      })
    case 'flush':
      return site.outage('flush', 'redis', () => site.flush())
    case 'disk-full':
      return fillDisk(fault.ms, site, journal)
    default:
      return link === undefined ? undefined : onLink(fault, link, journal)
  }
}

async function onLink({ kind, ms, extra }: Fault, link: Link, journal: Journal): Promise<void> {
  if (kind === 'cut') journal.count('connections cut', cut(link))
  if (kind === 'half-close') journal.count('connections half-closed', halfClose(link, extra < 50 ? 'client' : 'server'))
  if (kind === 'delay') {
    link.delayMs = 20 + extra * 10
    await pause(ms)
    link.delayMs = 0
  }
  if (kind === 'stall') {
    link.stalled = true
    await pause(ms)
    link.stalled = false
  }
}

async function fillDisk(ms: number, { disk, outage }: ChaosSite, journal: Journal): Promise<void> {
  if (disk === undefined) {
    journal.count('fault not possible on this machine: disk-full')
    return
  }
  await outage('disk', 'full', async () => {
    try {
      await disk.fill()
      await pause(ms)
    } finally {
      await disk.relieve()
    }
  })
}
