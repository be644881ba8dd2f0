/** A stretch of some content. */
export type Span = { readonly from: number; readonly to: number }
