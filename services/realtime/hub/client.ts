import { compareEventIds } from '#shared/contracts/events.ts'
import type { Principal } from '#shared/contracts/token.ts'
import { MIB } from '#shared/domain/limits.ts'
import type { Outgoing } from './outgoing.ts'

/** One socket, whatever protocol it speaks. */
export type Peer = {
  readonly kind: 'socketio' | 'ws'
  send(message: Outgoing): void
  /** Bytes handed over and not yet taken by the network. */
  buffered(): number
  close(why: CloseReason): void
}

/** `slow` and `stopping`: come back with your last event id. `expired`: sign in again. */
export type CloseReason = 'expired' | 'slow' | 'stopping'

/** A client with more than this in its buffer gets no progress. */
const PROGRESS_BUFFER_BYTES = MIB
/** A client with more than this is cut off: it can come back with its last event id. */
const MAX_BUFFER_BYTES = 16 * MIB
/** Events kept for a client that catches up. */
const MAX_WAITING = 10_000

/**
 * What one socket was given and may be given next. Ids only grow: no state event is sent twice or out of order.
 *
 *   catching up  events of the hub wait; the stream's are sent by `deliver`, or a snapshot
 *   live         events go out as they come
 */
export class Client {
  readonly principal: Principal
  readonly #peer: Peer
  /** Id of the newest state event, or the snapshot, that was sent. */
  #position: string | undefined
  #waiting: Outgoing[] | undefined = []
  #run = 0
  #closed = false

  constructor(principal: Principal, peer: Peer) {
    this.principal = principal
    this.#peer = peer
  }

  get position(): string | undefined {
    return this.#position
  }

  get closed(): boolean {
    return this.#closed
  }

  get kind(): Peer['kind'] {
    return this.#peer.kind
  }

  /** Begins to catch up, also anew; answers the number of this run. */
  hold(): number {
    this.#waiting = []
    return ++this.#run
  }

  /** Whether the run of that number is still the one that counts. */
  isCatchingUp(run: number): boolean {
    return !this.#closed && run === this.#run
  }

  /** A state event from the hub. */
  offer(message: Outgoing): void {
    if (this.#waiting === undefined) this.deliver(message)
    else if (this.#waiting.push(message) > MAX_WAITING) this.close('slow')
  }

  /** Sends a state event unless it was sent already. */
  deliver(message: Outgoing): void {
    const { id } = message.envelope
    if (this.#position !== undefined && compareEventIds(id, this.#position) <= 0) return
    this.#position = id
    this.#send(message)
  }

  /** Notes that everything up to `id` has been looked at, and that the rest was not for this client. */
  pass(id: string): void {
    if (this.#position === undefined || compareEventIds(id, this.#position) > 0) this.#position = id
  }

  snapshot(message: Outgoing): void {
    this.#position = message.envelope.id
    this.#send(message)
  }

  /** Ends catching up: what waited is sent, as far as it is new. */
  goLive(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const message of waiting) this.deliver(message)
  }

  /** A message that may be lost; false if it was, because the client is slow or does not know the upload yet. */
  notify(message: Outgoing): boolean {
    if (this.#closed || this.#waiting !== undefined || this.#peer.buffered() > PROGRESS_BUFFER_BYTES) return false
    this.#peer.send(message)
    return true
  }

  close(why: CloseReason): void {
    if (this.#closed) return
    this.end()
    this.#peer.close(why)
  }

  /** The socket is gone. */
  end(): void {
    this.#closed = true
    this.#waiting = []
  }

  #send(message: Outgoing): void {
    if (this.#closed) return
    this.#peer.send(message)
    if (this.#peer.buffered() > MAX_BUFFER_BYTES) this.close('slow')
  }
}
