/** Bytes as they stand in a stream; `startsFrame` where a frame begins with them. Nothing is checked here: the decoder does that. */
export type Piece = {
  readonly bytes: Buffer
  readonly startsFrame: boolean
  /** Stands in a skippable frame. */
  readonly isSkipped?: boolean
}
