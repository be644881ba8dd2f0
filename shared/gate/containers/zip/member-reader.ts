import { KIB } from '#shared/domain/limits.ts'
import { type Container, placeIn } from '../../content.ts'
import { type ByteStream, Cursor } from '../../io/byte-stream.ts'
import { type RandomAccess, SliceAccess, Window } from '../../io/random-access.ts'
import type { LinkMap } from '../../names/links.ts'
import { BudgetSpent, GateProblem } from '../../problem.ts'
import { CheckedStream } from '../checked-stream.ts'
import { checkGap } from '../gap.ts'
import type { ZipEntry } from './entry.ts'
import { FILE_TYPE } from './extra-fields.ts'
import {
  DESCRIPTOR_FLAG,
  descriptorLength,
  disagreement,
  LOCAL_SIZE,
  LONGEST_DESCRIPTOR,
  parseLocalLengths,
} from './local-header.ts'
import { openMember, type Range, STORED } from './member-data.ts'
import { isLibraryPath } from './native-zone.ts'

const ENCRYPTED = 0x1 | 0x40 | 0x2000
const LONGEST_LINK = 4 * KIB

/** Reads the members of one zip in the order of the file, and sees to it that nothing lies between them. */
export class MemberReader {
  readonly #container: Container
  readonly #access: RandomAccess
  readonly #links: LinkMap
  readonly #isModel: boolean
  readonly #window: Window
  /** Where the member before ended. */
  #end: number

  /** Its first member begins at `from`, or zeros do. */
  constructor(container: Container, access: RandomAccess, links: LinkMap, isModel: boolean, from: number) {
    this.#end = from
    this.#container = container
    this.#access = access
    this.#links = links
    this.#isModel = isModel
    this.#window = new Window(access)
  }

  /** `boundary` is where the next member or the directory begins. */
  async read(entry: ZipEntry, boundary: number): Promise<void> {
    const place = placeIn(this.#container.content.place, entry.path)
    if (entry.offset < this.#end) throw new GateProblem('ambiguous_archive', place, 'shares bytes with another member')
    await this.closeGap(entry.offset)
    const data = await this.#locate(entry, boundary, place)
    await this.#content(entry, data, place)
    this.#end = data.end + (await this.#descriptor(entry, data.end, boundary, place))
  }

  async closeGap(upTo: number): Promise<void> {
    await checkGap(this.#access, this.#end, upTo, this.#container)
    this.#end = upTo
  }

  async #locate(entry: ZipEntry, boundary: number, place: string): Promise<Range> {
    const lengths = parseLocalLengths(await this.#window.read(entry.offset, LOCAL_SIZE))
    if (lengths === null) throw new GateProblem('ambiguous_archive', place, 'no member where the directory says')
    const length = LOCAL_SIZE + lengths.nameLength + lengths.extraLength
    const header = await this.#window.read(entry.offset, length)
    const start = entry.offset + length
    const end = start + entry.compressedSize
    if (header.length < length || end > boundary) {
      throw new GateProblem('ambiguous_archive', place, 'reaches into what follows it')
    }
    const difference = disagreement(header, entry)
    if (difference === null) return { start, end }
    throw new GateProblem('ambiguous_archive', place, `its own header and the directory disagree: ${difference}`)
  }

  async #descriptor(entry: ZipEntry, at: number, boundary: number, place: string): Promise<number> {
    if ((entry.flags & DESCRIPTOR_FLAG) === 0) return 0
    const available = boundary - at
    const bytes = await this.#window.read(at, Math.min(LONGEST_DESCRIPTOR, available))
    const length = descriptorLength(bytes, available, entry)
    if (length === null) throw new GateProblem('ambiguous_archive', place, 'the sizes behind its data disagree')
    return length
  }

  /** What is wrong inside one member ends that member, not the archive, unless policy or budget say otherwise. */
  async #content(entry: ZipEntry, data: Range, place: string): Promise<void> {
    try {
      await this.#dispatch(entry, data, place)
    } catch (error) {
      if (!(error instanceof GateProblem) || error instanceof BudgetSpent) throw error
      this.#container.inspection.abandon(error, place)
    }
  }

  async #dispatch(entry: ZipEntry, data: Range, place: string): Promise<void> {
    if ((entry.flags & ENCRYPTED) !== 0) throw new GateProblem('not_inspectable', place, 'encrypted')
    if (entry.isDirectory && entry.size > 0)
      throw new GateProblem('ambiguous_archive', place, 'a folder with data in it')
    const { fileType } = entry
    const isLink = fileType === FILE_TYPE.link
    if (!isLink) this.#checkType(entry, place)
    await this.#decode(entry, data, place, (stream) => {
      if (entry.isDirectory) return Promise.resolve()
      if (isLink) return this.#link(entry, stream, place)
      this.#links.addPath(entry.path)
      return this.#file(entry, data, stream)
    })
  }

  #checkType({ fileType, size }: ZipEntry, place: string): void {
    const { inspection } = this.#container
    if (([0, FILE_TYPE.regular, FILE_TYPE.directory] as readonly number[]).includes(fileType)) return
    // `… | zip x.zip -` records the pipe its data came from: an ordinary way to make one.
    if (fileType !== FILE_TYPE.pipe || size === 0) inspection.report('unsafe_member', place, 'a device, pipe or socket')
  }

  /** Lets `use` have the decoded bytes, then checks size, CRC, and that the compressed data ends where the member does. */
  async #decode(
    entry: ZipEntry,
    data: Range,
    place: string,
    use: (stream: ByteStream) => Promise<void>,
  ): Promise<void> {
    const { inspection } = this.#container
    const member = await openMember(entry, data, { access: this.#access, window: this.#window, inspection, place })
    try {
      const checked = new CheckedStream(member.stream, entry, inspection, place)
      await use(checked)
      await checked.finish()
    } finally {
      await member.close()
    }
    if (await member.isLonger()) {
      throw new GateProblem('ambiguous_archive', place, 'bytes behind the end of its compressed data')
    }
  }

  async #link(entry: ZipEntry, stream: ByteStream, place: string): Promise<void> {
    const { inspection } = this.#container
    if (entry.size > LONGEST_LINK) throw new GateProblem('unsafe_member', place, 'a link with an endless target')
    const target = (await new Cursor(stream).take(LONGEST_LINK)).toString('utf8')
    const danger = this.#links.addSymbolic(entry.path, target)
    if (danger !== null) inspection.report('unsafe_member', place, danger)
    inspection.report('inner_link', place, 'a symbolic link')
  }

  #file(entry: ZipEntry, data: Range, stream: ByteStream): Promise<void> {
    const stored = entry.method === STORED
    return this.#container.walker.member(this.#container, {
      path: entry.memberPath,
      size: entry.size,
      stream,
      access: stored ? new SliceAccess(this.#access, data.start, entry.size) : null,
      nativeZone: this.#isModel && isLibraryPath(entry.path),
    })
  }
}
