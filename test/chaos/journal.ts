/** Something that happened, ms since the start of the run. `about`: the upload or the plan it belongs to. */
export type Entry = { readonly at: number; readonly source: string; readonly text: string; readonly about: string }

export type Finding = {
  readonly at: number
  readonly what: string
  readonly detail: string
  readonly about: readonly string[]
}

/** A time in which errors of a certain kind are the fault's, not the product's. */
export type Window = { readonly kind: string; readonly target: string; readonly from: number; to: number }

export type Journal = ReturnType<typeof createJournal>

/** What a run writes down: all that happened, what is wrong, and counts. */
export function createJournal() {
  const started = performance.now()
  const epoch = Date.now()
  const entries: Entry[] = []
  const findings: Finding[] = []
  const counts = new Map<string, number>()
  const windows: Window[] = []
  const now = () => Math.round(performance.now() - started)
  return {
    ...{ entries, findings, counts, windows, now, epoch },
    note(source: string, text: string, about = ''): void {
      entries.push({ at: now(), source, text, about })
    },
    find(what: string, detail: string, ...about: string[]): void {
      findings.push({ at: now(), what, detail, about })
    },
    count(name: string, by = 1): void {
      counts.set(name, (counts.get(name) ?? 0) + by)
    },
    /** Opens a window; the answer closes it. */
    open(kind: string, target: string): () => void {
      const window: Window = { kind, target, from: now(), to: Number.POSITIVE_INFINITY }
      windows.push(window)
      return () => {
        window.to = now()
      }
    },
    /** Windows of `kind` that touch the time from `from` to `to`, with `slackMs` after their end. */
    during: (kind: string, from: number, to: number, slackMs: number): Window[] =>
      windows.filter((window) => window.kind === kind && window.from <= to && window.to + slackMs >= from),
  }
}
