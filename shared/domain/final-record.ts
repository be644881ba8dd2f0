import type { FinalConcat } from './concat.ts'
import type { UploadRecord } from './upload-record.ts'

/** The record of a final upload: its length is that of its partials together. */
export type FinalRecord = UploadRecord & { readonly concat: FinalConcat; readonly length: number }

export const isPartial = ({ concat }: UploadRecord): boolean => concat?.kind === 'partial'
export const isFinal = (record: UploadRecord): record is FinalRecord => record.concat?.kind === 'final'

/** Ids of the partials a final is made of; none for any other upload. */
export const piecesOf = (record: UploadRecord): readonly string[] =>
  isFinal(record) ? record.concat.pieces.map(({ id }) => id) : []

/** Whether all bytes of a final are in its own file. */
export const isAssembled = (record: FinalRecord): boolean => record.concat.assembled === record.length
