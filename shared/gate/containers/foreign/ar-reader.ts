import { type Container, type ContainerReader, placeIn } from '../../content.ts'
import { formatBytes } from '../../format-figures.ts'
import { type Cursor, LimitedStream } from '../../io/byte-stream.ts'
import { decodeName } from '../../names/decode-name.ts'
import { normalisePath } from '../../names/member-path.ts'
import { BudgetSpent, GateProblem } from '../../problem.ts'
import { admitMember } from '../admit-member.ts'

const MAGIC = 8
const HEADER = 60
/** Index of symbols, and the table of long names; both as GNU and as BSD call them. */
const TABLES = /^(?:\/|\/SYM64\/|__\.SYMDEF(?: SORTED)?(?:_64)?)$/

/**
 * ar, in the GNU and the BSD form. Not by bsdtar: an ar begins with text, and libarchive looks through text for uuencoded
 * files, so that a member could make it read something else.
 */
export const arReader: ContainerReader = {
  family: 'ar',
  engine: 'ar',
  needs: 'stream',
  async read(container, cursor) {
    await cursor.skip(MAGIC)
    const reader = new ArReader(container, cursor)
    while (await reader.next());
    return null
  },
}

class ArReader {
  readonly #container: Container
  readonly #cursor: Cursor
  #longNames = Buffer.alloc(0)
  constructor(container: Container, cursor: Cursor) {
    this.#container = container
    this.#cursor = cursor
  }

  #problem(code: 'ambiguous_archive' | 'not_inspectable' | 'archive_bomb', detail: string): GateProblem {
    return new GateProblem(code, this.#container.content.place, detail)
  }

  async next(): Promise<boolean> {
    const header = Buffer.from(await this.#cursor.take(HEADER))
    if (header.length === 0) return false
    if (header.length < HEADER) throw this.#problem('not_inspectable', 'cut off in a header')
    const sizeText = /^(\d{1,10}) *$/.exec(header.toString('latin1', 48, 58))?.[1]
    if (sizeText === undefined || header.readUInt16BE(58) !== 0x600a) {
      throw this.#problem('ambiguous_archive', `no header at byte ${this.#cursor.position - HEADER}`)
    }
    const size = Number(sizeText)
    await this.#entry(header.toString('latin1', 0, 16).trimEnd(), size)
    // Members begin at even addresses; the last one need not be filled up.
    if (size % 2 === 1) await this.#cursor.skip(1)
    return true
  }

  async #entry(field: string, size: number): Promise<void> {
    if (field === '//') this.#longNames = await this.#table(size)
    else if (TABLES.test(field)) await this.#skip(size)
    else {
      const { name, taken } = await this.#name(field, size)
      if (TABLES.test(name.toString('latin1'))) await this.#skip(size - taken)
      else await this.#member(name, size - taken)
    }
  }

  async #table(size: number): Promise<Buffer<ArrayBuffer>> {
    const { maxTarHeaderBytes } = this.#container.inspection.budgets
    if (size > maxTarHeaderBytes) throw this.#problem('archive_bomb', `a table of names of ${formatBytes(size)}`)
    return Buffer.from(await this.#cursor.take(size))
  }

  async #skip(size: number): Promise<void> {
    if ((await this.#cursor.skip(size)) < size) throw this.#problem('not_inspectable', 'cut off')
  }

  /** "name/", "/17" into the table of long names, or "#1/20" with the name in front of the data. */
  async #name(field: string, size: number): Promise<{ name: Buffer; taken: number }> {
    const bsd = /^#1\/(\d{1,5})$/.exec(field)?.[1]
    if (bsd !== undefined) {
      const taken = Number(bsd)
      if (taken > size || taken > this.#container.inspection.budgets.maxNameBytes) {
        throw this.#problem('ambiguous_archive', 'a name longer than its member')
      }
      return { name: upTo(Buffer.from(await this.#cursor.take(taken)), 0), taken }
    }
    const gnu = /^\/(\d{1,10})$/.exec(field)?.[1]
    if (gnu === undefined) return { name: Buffer.from(field.replace(/\/$/, ''), 'latin1'), taken: 0 }
    const rest = this.#longNames.subarray(Number(gnu))
    if (rest.length === 0) throw this.#problem('ambiguous_archive', 'a name that is not in the table of names')
    const name = upTo(rest, 0x0a)
    return { name: name.at(-1) === 0x2f ? name.subarray(0, -1) : name, taken: 0 }
  }

  async #member(rawName: Buffer, size: number): Promise<void> {
    const name = decodeName(rawName)
    const path = admitMember(this.#container, name, rawName.length)
    const place = placeIn(this.#container.content.place, path)
    const stream = new LimitedStream(this.#cursor, size, () => new GateProblem('not_inspectable', place, 'cut off'))
    try {
      await this.#container.walker.member(this.#container, { path: normalisePath(name), size, stream, access: null })
    } catch (error) {
      if (!(error instanceof GateProblem) || error instanceof BudgetSpent) throw error
      this.#container.inspection.abandon(error, place)
    }
    while ((await stream.next()) !== null);
  }
}

function upTo(bytes: Buffer, end: number): Buffer {
  const at = bytes.indexOf(end)
  return at === -1 ? bytes : bytes.subarray(0, at)
}
