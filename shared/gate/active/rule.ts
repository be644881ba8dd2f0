/** A place where a needle was found, with its surroundings as Latin-1 text. */
export type Hit = {
  /** What stands in front of the needle: up to 1 KiB, several lines. */
  readonly before: string
  /** From the needle on: up to 2 KiB, several lines. */
  readonly after: string
  /** Only the part of the needle's own line in front of it. */
  readonly lead: string
}

/** One instruction a solver runs, or obeys, when it reads a file. */
export type Rule = {
  /** In lower case; found in any case. A leading line break stands for the beginning of a line. */
  readonly needles: readonly string[]
  /** What the instruction is, in words for the finding; null if the needle is none. */
  readonly judge: (hit: Hit) => string | null
  /** Where it is documented. */
  readonly source: string
}

/** The instructions of one program's files, and how its files are known. */
export type Dialect = {
  readonly id: string
  /** Formats of the type registry. */
  readonly formats: readonly string[]
  /** Names under which text without a signature is read as this dialect. */
  readonly names: RegExp | null
  /** What makes the rest of a line a comment. */
  readonly lineComment: string | null
  /** Has C comments that span lines. */
  readonly blockComments: boolean
  /**
   * One of these stands in or near every instruction, and rarely in the numbers of a mesh: a search for single bytes is many
   * times faster than one for words. Empty where files are small.
   */
  readonly anchors: readonly string[]
  readonly rules: readonly Rule[]
}

const LONGEST = 120

/** A piece of a file, fit for a finding: white space made one blank, and not too long. */
export function quote(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain
}

/** The line from its beginning to its end, without a carriage return. */
export const lineOf = ({ lead, after }: Hit): string => lead + firstLine(after)
export const firstLine = (text: string): string => /^[^\r\n]*/.exec(text)?.[0] ?? ''
