/** An instruction begins at most so far in front of its anchor, or this little behind the anchor's first byte. */
const FRONT = 1024
const BACK = 64

/** Finds the stretches of bytes around anchors, so that words are looked for only there. */
export class Anchors {
  readonly #anchors: readonly Buffer[]
  constructor(anchors: readonly string[]) {
    this.#anchors = anchors.map((anchor) => Buffer.from(anchor, 'latin1'))
  }

  /** Calls back with pieces of [from, to) that follow one another, until the callback says stop. */
  each(bytes: Buffer, from: number, to: number, piece: (from: number, to: number) => boolean): void {
    const next = this.#anchors.map(() => -1)
    for (let at = from; at < to; ) {
      const anchor = this.#nearest(bytes, next, Math.max(0, at - BACK))
      if (anchor === -1 || anchor - FRONT >= to) return
      const start = Math.max(at, anchor - FRONT)
      const end = Math.min(to, anchor + BACK)
      if (end > start && piece(start, end)) return
      at = Math.max(end, start)
    }
  }

  /** The first anchor that begins behind `from`; `next` keeps where each was last found. */
  #nearest(bytes: Buffer, next: number[], from: number): number {
    let nearest = -1
    for (const [index, anchor] of this.#anchors.entries()) {
      let at = next[index] as number
      if (at <= from) {
        const found =
          anchor.length === 1 ? bytes.indexOf(anchor[0] as number, from + 1) : bytes.indexOf(anchor, from + 1)
        at = found === -1 ? Number.MAX_SAFE_INTEGER : found
        next[index] = at
      }
      if (at !== Number.MAX_SAFE_INTEGER && (nearest === -1 || at < nearest)) nearest = at
    }
    return nearest
  }
}
