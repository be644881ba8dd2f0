/** What these coders make of the bytes of `peFile()` and of a small deck: there is no encoder at hand, so the results stand here. */
const from = (text: string): Buffer => Buffer.from(text, 'base64')

export const BZIP2_PE = from(
  'QlpoOTFBWSZTWUFaTYAAABj/afwoAACQAAAAwgJAEAQAQQBAAABACABACKAAMUGjRoMgNBiUNAGg2nqn0b+XpTNEaIjpwZRqmgb9wANbO05S3gGqr8XckU4UJBBWk2AA',
)
export const LZMA_PE = from(
  'XQAABAD//////////wAmlo5wABf37ASKZO15ncFMtkd5CvtmV8tsOR4GLv4QT3Oi4nWBRpMSeXzMopC5GSf///dx4AA=',
)
/** By `xz --format=lzma --lzma1=lc=2,lp=1,pb=1`. */
export const LZMA_PE_OTHER = from(
  'OAAAEAD//////////wAmlo6QABsUeNEshpoPDqEjuOECZ+ZhFi76UJtUQud9NP03NbG46NIeQhjb5nv7vf//xokAAA==',
)
export const SMALL_DECK = Buffer.from(
  '*KEYWORD\n*NODE\n       1        0.125000        1.500000       -0.333333       0       0\n*END\n',
)
export const BZIP2_DECK = from(
  'QlpoOTFBWSZTWexeweoAABLeADwQQBN6AAYJkKAgAFRTQaA000xBkak02oyeoyEX3BlSECBsqxhOYcJnDcXcyKU6rgvLea13lQUBYXr8XckU4UJDsXsHqA==',
)
/** Its check sum ends with a zero. */
export const BZIP2_ENDS_WITH_ZERO = from('QlpoOTFBWSZTWcbkvmIAAANeAAAQRBBAAAYJkKAgACIAGgIBoAiEdjfBQQbvN4u5IpwoSGNyXzEA')
export const LZMA_DECK = from(
  'XQAABAD//////////wAVEsSlvKGgkhnMIy9R5AjEJNBtyDLf7HAse/bKlw6SInS4ZJA9f7lA4n4uv8hs6KyAyNeOzbt+//sPUAA=',
)
/** 900,000 bytes of one line of a mesh. */
const BZIP2_LINES = from(
  'QlpoOTFBWSZTWYpCf4YCDELYAAkQQAFygDAA+AIAYEAMBNUUmnqep5ESIeokQwqVShfESIaiRDsJEMRIh5ZyEiH5EiGpEiHESIdRIhqJEMIkQ0iRDsJEOIkQ9hIhqJEOwkQxEiH8XckU4UJCKQn+GA==',
)
/** Text in 7.5 MB that would expand to 60 GB: slow all the way. */
export const bzip2TextBomb = (): Buffer => Buffer.concat(Array.from({ length: 67_000 }, () => BZIP2_LINES))
const BZIP2_ZEROS = from('QlpoOTFBWSZTWWPj7KIABuTBAMAAAgAACCAAMMwJqmmUoTapKE8XckU4UJBj4+yi')
/** Streams of 900,000 zeros, one behind the other, as parallel bzip2 programs write them. */
export const bzip2Bomb = (expanded: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(expanded / 900_000) }, () => BZIP2_ZEROS))
