import { setTimeout as pause } from 'node:timers/promises'
import { compareEventIds, type ProgressMessage } from '#shared/contracts/events.ts'
import type { Principal } from '#shared/contracts/token.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { type EventStream, PAGE_ENTRIES, REPLAY_LIMIT, type StateMessage } from '../event-stream.ts'
import type { RelayMessage } from '../relay/relay-message.ts'
import type { CatchUp } from './catch-up.ts'
import { Client, type CloseReason, type Peer } from './client.ts'
import { ClientRegistry } from './client-registry.ts'
import { Outgoing } from './outgoing.ts'

export type HubDeps = {
  readonly stream: EventStream
  readonly catchUp: CatchUp
  readonly lastEventId: () => Promise<string>
  /** Hears of every event that has an owner connected here. */
  readonly onEvent: (event: StateMessage) => void
  readonly onGap: () => void
  readonly log: Logger
}

/**
 * Delivers to the sockets of this process. It stands at one id of the stream: relayed messages behind it are repeats and are
 * passed over; one that begins ahead of it shows that messages were lost, and the stream is read from here to there first.
 */
export class Hub {
  readonly clients = new ClientRegistry()
  readonly #deps: HubDeps
  #position = '0-0'
  #started = false
  /** One message after the other, since filling a gap takes time. */
  #work: Promise<void>
  readonly #start: Promise<void>

  constructor(deps: HubDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#start = this.#findPosition(signal)
    this.#work = this.#start
  }

  /** Whether it knows where it stands: Redis has answered once. */
  get isStarted(): boolean {
    return this.#started
  }

  async position(): Promise<string> {
    await this.#start
    return this.#position
  }

  /** A socket came: it is brought to the present, then hears of everything. */
  attach(principal: Principal, peer: Peer, lastEventId: string | undefined): Client {
    const client = new Client(principal, peer)
    this.clients.add(client)
    void this.#start.then(() => this.#deps.catchUp(client, lastEventId))
    return client
  }

  /** A socket went. */
  detach(client: Client): void {
    client.end()
    this.clients.remove(client)
  }

  /** A message of the relay. */
  receive(message: RelayMessage): void {
    this.#work = this.#work
      .then(() => this.#take(message))
      .catch((err) => this.#deps.log.warn({ err }, 'events not delivered yet: the next heartbeat tries again'))
  }

  progress(message: ProgressMessage, onDropped: () => void): void {
    const outgoing = new Outgoing(message)
    for (const client of this.clients.audience(message.data.owner)) if (!client.notify(outgoing)) onDropped()
  }

  /** To the owner's own sockets. */
  notify(owner: string, message: Outgoing): void {
    for (const client of this.clients.of(owner)) client.notify(message)
  }

  closeAll(why: CloseReason): void {
    for (const client of this.clients.all()) client.close(why)
  }

  async #findPosition(signal: AbortSignal): Promise<void> {
    for (; !signal.aborted; await pause(200, undefined, { signal }).catch(() => undefined)) {
      const id = await this.#deps.lastEventId().catch(() => undefined)
      if (id === undefined) continue
      this.#position = id
      this.#started = true
      return
    }
  }

  async #take({ previous, last, events, anew }: RelayMessage): Promise<void> {
    if (compareEventIds(last, this.#position) <= 0) return
    if (compareEventIds(previous, this.#position) > 0) await this.#fillGap(previous)
    this.#deliver(events, last)
    if (anew === true) this.#startAnew(last)
  }

  async #fillGap(end: string): Promise<void> {
    this.#deps.onGap()
    if (!(await this.#deps.stream.covers(this.#position))) return this.#startAnew(end)
    for (let read = 0; read < REPLAY_LIMIT; read += PAGE_ENTRIES) {
      const page = await this.#deps.stream.between(this.#position, end, PAGE_ENTRIES)
      this.#deliver(page.events, page.last)
      if (page.anew) this.#startAnew(page.last)
      if (page.entries < PAGE_ENTRIES) return
    }
    this.#startAnew(end)
  }

  #deliver(events: readonly StateMessage[], last: string): void {
    for (const event of events) {
      if (compareEventIds(event.id, this.#position) <= 0) continue
      this.#position = event.id
      const outgoing = new Outgoing(event)
      for (const client of this.clients.audience(event.data.owner)) client.offer(outgoing)
      if (this.clients.of(event.data.owner).size > 0) this.#deps.onEvent(event)
    }
    if (compareEventIds(last, this.#position) > 0) this.#position = last
  }

  /** The stream does not reach back to where this process stands: every client gets a new snapshot. */
  #startAnew(position: string): void {
    this.#deps.log.warn({ from: this.#position, to: position }, 'events lost: sending snapshots')
    this.#position = position
    for (const client of this.clients.all()) void this.#deps.catchUp(client, undefined)
  }
}
