import { type Container, type ContainerReader, placeIn } from '../../content.ts'
import { type ByteStream, type Cursor, LimitedStream, TappedStream } from '../../io/byte-stream.ts'
import { decodeName } from '../../names/decode-name.ts'
import { LinkMap } from '../../names/links.ts'
import { normalisePath } from '../../names/member-path.ts'
import { BudgetSpent, GateProblem } from '../../problem.ts'
import { CaseProbe } from '../../types/case-kinds.ts'
import { admitMember } from '../admit-member.ts'
import { isZero } from '../gap.ts'
import { FILE_TYPE } from '../zip/extra-fields.ts'
import { type CpioHeader, LONGEST_HEADER, parseCpioHeader } from './header.ts'

const TRAILER = 'TRAILER!!!'
const LONGEST_LINK = 4096

/**
 * cpio in all its forms, strictly. Not by bsdtar: where a header is damaged it goes on at the next thing that looks like one,
 * and gives out members that no other tool sees.
 */
export const cpioReader: ContainerReader = {
  family: 'cpio',
  engine: 'cpio',
  needs: 'stream',
  async read(container, cursor) {
    const reader = new CpioReader(container, cursor)
    while (await reader.next());
    await reader.end()
    return reader.kind.label('cpio')
  },
}

class CpioReader {
  readonly #container: Container
  readonly #cursor: Cursor
  readonly #links = new LinkMap()
  readonly kind = new CaseProbe()
  constructor(container: Container, cursor: Cursor) {
    this.#container = container
    this.#cursor = cursor
  }

  #problem(code: 'ambiguous_archive' | 'not_inspectable', detail: string): GateProblem {
    return new GateProblem(code, this.#container.content.place, detail)
  }

  /** One member; false at the trailer, without which the archive is cut off. */
  async next(): Promise<boolean> {
    const start = await this.#cursor.peek(LONGEST_HEADER)
    const header = parseCpioHeader(start)
    if (header === null) {
      if (start.length < LONGEST_HEADER) throw this.#problem('not_inspectable', 'cut off in a header')
      throw this.#problem('ambiguous_archive', `no header at byte ${this.#cursor.position}`)
    }
    await this.#cursor.take(header.length)
    const rawName = await this.#name(header)
    if (rawName.toString('latin1') === TRAILER) {
      if (header.size > 0) throw this.#problem('ambiguous_archive', 'a trailer with data behind it')
      return false
    }
    await this.#member(header, rawName)
    return true
  }

  async #name({ length, nameSize, align }: CpioHeader): Promise<Buffer> {
    if (nameSize < 2 || nameSize > this.#container.inspection.budgets.maxNameBytes) {
      throw this.#problem('ambiguous_archive', `a name of ${nameSize} bytes`)
    }
    const name = Buffer.from(await this.#cursor.take(nameSize))
    if (name.length < nameSize) throw this.#problem('not_inspectable', 'cut off in a name')
    if (name.indexOf(0) !== nameSize - 1) throw this.#problem('ambiguous_archive', 'a name that ends elsewhere')
    await this.#pad(length + nameSize, align)
    return name.subarray(0, -1)
  }

  async #pad(length: number, align: number): Promise<void> {
    await this.#cursor.skip((align - (length % align)) % align)
  }

  async #member(header: CpioHeader, rawName: Buffer): Promise<void> {
    const { inspection, content } = this.#container
    const name = decodeName(rawName)
    const path = admitMember(this.#container, name, rawName.length)
    this.kind.see(path)
    const place = placeIn(content.place, path)
    const cutOff = () => new GateProblem('not_inspectable', place, 'cut off')
    const stored = new LimitedStream(this.#cursor, header.size, cutOff)
    const type = header.mode & FILE_TYPE.mask
    if (type === FILE_TYPE.link) await this.#link(stored, header, path, place)
    else if (type === FILE_TYPE.directory) this.#empty(header, place, 'a folder')
    else {
      if (type !== FILE_TYPE.regular && type !== 0)
        inspection.report('unsafe_member', place, 'a device, pipe or socket')
      this.#links.addPath(path)
      await this.#file(stored, header, name, place)
    }
    await this.#pad(header.size, header.align)
  }

  #empty({ size }: CpioHeader, place: string, what: string): void {
    if (size > 0) throw new GateProblem('ambiguous_archive', place, `${what} with data behind it`)
  }

  async #link(stored: ByteStream, { size }: CpioHeader, path: string, place: string): Promise<void> {
    const { inspection } = this.#container
    if (size > LONGEST_LINK) throw new GateProblem('unsafe_member', place, 'a link with an endless target')
    const parts: Buffer[] = []
    for (let chunk = await stored.next(); chunk !== null; chunk = await stored.next()) parts.push(Buffer.from(chunk))
    const danger = this.#links.addSymbolic(path, decodeName(Buffer.concat(parts)))
    if (danger !== null) inspection.report('unsafe_member', place, danger)
    inspection.report('inner_link', place, 'a symbolic link')
  }

  /** What is wrong inside one member ends that member, not the archive, unless policy or budget say otherwise. */
  async #file(stored: ByteStream, { size, sum }: CpioHeader, name: string, place: string): Promise<void> {
    let counted = 0
    const push = (chunk: Buffer) => {
      for (const byte of chunk) counted = (counted + byte) >>> 0
    }
    const stream = sum === null ? stored : new TappedStream(stored, { push })
    try {
      await this.#container.walker.member(this.#container, { path: normalisePath(name), size, stream, access: null })
    } catch (error) {
      if (!(error instanceof GateProblem) || error instanceof BudgetSpent) throw error
      this.#container.inspection.abandon(error, place)
    }
    while ((await stream.next()) !== null);
    if (sum === null || sum === counted) return
    throw new GateProblem('not_inspectable', place, 'damaged: the sum of its bytes is not the one declared')
  }

  /** Some tools stop at the trailer and some go on: behind it there must be nothing. */
  async end(): Promise<void> {
    const conflict = this.#links.conflict()
    const { inspection, content } = this.#container
    if (conflict !== null) inspection.report('unsafe_member', placeIn(content.place, conflict[0]), conflict[1])
    for (let chunk = await this.#cursor.next(); chunk !== null; chunk = await this.#cursor.next()) {
      if (!isZero(chunk)) throw this.#problem('ambiguous_archive', 'bytes behind the end of the archive')
    }
  }
}
