import type { Envelope } from '#shared/contracts/events.ts'

/** A message with its JSON, which is made at most once however many clients it goes to. */
export class Outgoing {
  readonly envelope: Envelope
  #text: string | undefined

  constructor(envelope: Envelope) {
    this.envelope = envelope
  }

  get text(): string {
    this.#text ??= JSON.stringify(this.envelope)
    return this.#text
  }
}
