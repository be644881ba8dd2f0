import type { Decoders } from '#shared/gate/decoders/decoders.ts'

/** What the process that tries mutations is asked, and what it answers. */
export type MutationRun = {
  readonly seed: number
  readonly cases: number
  readonly decoders: Decoders
  /** Where each case is written, as `case`, before it is judged: after a crash it is still there. */
  readonly folder: string
}
export type MutationReport = {
  readonly outcomes: Readonly<Record<string, number>>
  /** By the first reason. */
  readonly codes: Readonly<Record<string, number>>
  readonly slowestMs: number
  readonly slowestCase: string
  readonly peakBytes: number
  /** What fast-check says about a case that threw, shrunk; null if none did. */
  readonly failure: string | null
}
export type MutationAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'at'; readonly done: number }
  | { readonly kind: 'report'; readonly report: MutationReport }
