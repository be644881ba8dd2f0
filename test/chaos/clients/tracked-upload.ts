import type { Journal } from '../journal.ts'
import type { Exchange } from './http-stack.ts'
import type { UploadPlan } from './plan-upload.ts'

/** How a plan ended for its client. `acked`: the server said that all bytes are there. */
export type Outcome =
  | { readonly kind: 'acked' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly why: string }

/** One plan on its way: all its client was told. */
export class TrackedUpload {
  readonly plan: UploadPlan
  readonly about: string
  /** Every id that was ever answered for it; the client may have gone on with another than the first. */
  readonly ids = new Set<string>()
  /** Id of the upload that was acknowledged. */
  id = ''
  outcome: Outcome | undefined
  /** The owner's wish after the verdict. */
  removal: 'none' | 'asked' | 'done' = 'none'
  startedAt = 0
  ackedAt = 0
  settledAt = 0
  readonly #journal: Journal
  readonly #offsets = new Map<string, number>()

  constructor(plan: UploadPlan, journal: Journal) {
    this.plan = plan
    this.about = `plan ${plan.number}`
    this.#journal = journal
    this.startedAt = journal.now()
  }

  note(text: string): void {
    this.#journal.note('client', text, this.about)
  }

  /** Judges one exchange by what a client may rightly expect. */
  readonly onExchange = (exchange: Exchange): void => {
    const { method, status, answer, body, error, sentAt, headers } = exchange
    const id = idOfUrl(method === 'POST' ? (answer.location ?? '') : exchange.url)
    const offsets = `${headers['Upload-Offset'] ?? ''}→${answer['upload-offset'] ?? ''}`
    this.note(
      `${method} ${id} ${offsets} sent at ${sentAt}: ${status === 0 ? error : `${status} ${body.slice(0, 200)}`}`,
    )
    this.#journal.count(`answer: ${method} ${status === 0 ? 'none' : status}`)
    if (status === 201 && id !== '') this.ids.add(id)
    this.#checkOffset(exchange, id)
    this.#checkStatus(exchange, id)
  }

  /** An offset that was acknowledged stays. */
  #checkOffset({ method, status, answer, sentAt }: Exchange, id: string): void {
    if (status < 200 || status > 299 || answer['upload-offset'] === undefined) return
    const offset = Number(answer['upload-offset'])
    const before = this.#offsets.get(id) ?? 0
    if (offset < before) {
      this.#journal.find(
        'an acknowledged offset went back',
        `${method} ${id}: ${offset} after ${before}, sent at ${sentAt}`,
        this.about,
        id,
      )
    }
    if (offset > this.plan.content.size)
      this.#journal.find('an offset beyond the length', `${id}: ${offset}`, this.about, id)
    this.#offsets.set(id, Math.max(offset, before))
  }

  #checkStatus({ method, status, body, sentAt }: Exchange, id: string): void {
    if (status < 400 || [409, 423, 503, 507].includes(status)) return
    if (status === 460 && this.plan.method === 'checksum') return
    // What a deletion whose answer was lost has removed already.
    if (this.plan.method === 'delete' && [404, 410].includes(status)) return
    // Parts that went into a final whose creation was not answered.
    if (this.plan.method === 'parallel' && method === 'HEAD' && [404, 410].includes(status)) return
    const detail = `${this.plan.method}: ${method} ${id}, sent at ${sentAt}: ${status} ${body}`
    this.#journal.find(`a client was told ${status}`, detail, this.about, id)
  }
}

export const idOfUrl = (url: string): string => /\/upload\/([^/?]+)/.exec(url)?.[1] ?? ''
