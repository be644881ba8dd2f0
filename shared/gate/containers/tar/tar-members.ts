import { type Container, placeIn } from '../../content.ts'
import { type ByteStream, Cursor, LimitedStream } from '../../io/byte-stream.ts'
import { SliceAccess } from '../../io/random-access.ts'
import { LinkMap } from '../../names/links.ts'
import { normalisePath } from '../../names/member-path.ts'
import { BudgetSpent, GateProblem } from '../../problem.ts'
import { admitMember } from '../admit-member.ts'
import { BLOCK, type TarHeader } from './header.ts'
import { isSound, readGnuSparse, readPaxSparse, type SparseMap, SparseStream } from './sparse.ts'

/** A header with everything that came in front of it. */
export type TarMember = {
  readonly header: TarHeader
  readonly pax: ReadonlyMap<string, string[]>
  readonly name: string
  readonly link: string
  /** Bytes stored behind the header. */
  readonly size: number
}

/** Files; 7 is a contiguous one, which all tools read as a file. */
const FILES = new Set(['0', '7', 'S', 'D', 'V'])
const DEVICES: Readonly<Record<string, string>> = { 3: 'a device', 4: 'a device', 6: 'a named pipe' }

/** Judges the members of one tar as their headers come by. */
export class TarMembers {
  readonly #container: Container
  readonly #cursor: Cursor
  readonly #links: LinkMap

  constructor(container: Container, cursor: Cursor, links: LinkMap) {
    this.#container = container
    this.#cursor = cursor
    this.#links = links
  }

  async read(member: TarMember): Promise<void> {
    const { inspection } = this.#container
    const path = admitMember(this.#container, member.name, Buffer.byteLength(member.name))
    const place = placeIn(this.#container.content.place, path)
    const { type } = member.header
    if (type === '1' || type === '2') return this.#link(member, path, place)
    if (type in DEVICES) inspection.report('unsafe_member', place, DEVICES[type] as string)
    if (type in DEVICES) return this.#skip(member)
    if (type === '5') return this.#empty(member, place, 'a folder')
    // V is a volume's label, D a folder of GNU's incremental dumps with the list of its files: some tools make files of both.
    if (member.size === 0 && (type === 'V' || type === 'D' || member.name.endsWith('/'))) return
    if (!FILES.has(type)) inspection.report('odd_archive', place, `a member of unknown type "${type}"`)
    this.#links.addPath(path)
    await this.#file(member, place)
    // bsdtar and GNU tar read the next header where the data of these is.
    if (type === 'V') this.#empty(member, place, 'a label')
    if (type !== 'D' && member.name.endsWith('/')) this.#empty(member, place, 'a folder by its name')
  }

  async #skip(member: TarMember): Promise<void> {
    await this.#cursor.skip(Math.ceil(member.size / BLOCK) * BLOCK)
  }

  /** Some tools skip data behind such a header, others read the next header there. */
  #empty(member: TarMember, place: string, what: string): void {
    if (member.size > 0) throw new GateProblem('ambiguous_archive', place, `${what} with data behind it`)
  }

  #link(member: TarMember, path: string, place: string): void {
    const { inspection } = this.#container
    this.#empty(member, place, 'a link')
    if (member.header.type === '2') {
      const danger = this.#links.addSymbolic(path, member.link)
      if (danger !== null) inspection.report('unsafe_member', place, danger)
      inspection.report('inner_link', place, 'a symbolic link')
      return
    }
    if (LinkMap.escapesAsHardLink(member.link)) {
      inspection.report('unsafe_member', place, 'a hard link that leaves the archive')
    }
    this.#links.addPath(path)
    this.#links.addPath(normalisePath(member.link).path)
    inspection.report('inner_link', place, 'a hard link')
  }

  async #file(member: TarMember, place: string): Promise<void> {
    const cutOff = () => new GateProblem('not_inspectable', place, 'cut off')
    const gnu = member.header.type === 'S' ? await readGnuSparse(member.header.block, this.#cursor) : undefined
    const offset = this.#cursor.position
    const stored = new Cursor(new LimitedStream(this.#cursor, member.size, cutOff))
    const map = gnu ?? (gnu === undefined ? await readPaxSparse(member.pax, stored) : null)
    if (map === null) throw new GateProblem('ambiguous_archive', place, 'a malformed map of a sparse file')
    if (map === undefined) await this.#judge(member, place, stored, member.size, offset)
    else await this.#sparse(member, place, stored, map)
    await stored.drain()
    const padding = (BLOCK - (member.size % BLOCK)) % BLOCK
    if ((await this.#cursor.skip(padding)) < padding) throw cutOff()
  }

  async #sparse(member: TarMember, place: string, stored: Cursor, map: SparseMap): Promise<void> {
    if (!isSound(map, member.size - stored.position)) {
      throw new GateProblem('ambiguous_archive', place, 'a map of a sparse file that does not fit its data')
    }
    // The holes are expanded content like any other: a few blocks may stand for terabytes.
    this.#container.inspection.expand(map.realSize, place)
    await this.#judge(member, place, new SparseStream(map, stored), map.realSize, null)
  }

  /** What is wrong inside one member ends that member, not the archive, unless policy or budget say otherwise. */
  async #judge(
    member: TarMember,
    place: string,
    stream: ByteStream,
    size: number,
    offset: number | null,
  ): Promise<void> {
    const { access, fromCodec } = this.#container.content
    const slice = access === null || fromCodec || offset === null ? null : new SliceAccess(access, offset, size)
    try {
      const path = normalisePath(member.name)
      await this.#container.walker.member(this.#container, { path, size, stream, access: slice })
    } catch (error) {
      if (!(error instanceof GateProblem) || error instanceof BudgetSpent) throw error
      this.#container.inspection.abandon(error, place)
    }
  }
}
