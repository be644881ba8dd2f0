import { isAllowedNative } from '#shared/domain/finding-kinds.ts'
import { activeByName } from './active/active-content.ts'
import { isArchive } from './containers/families.ts'
import { readerOf } from './containers/registry.ts'
import { tarInFront } from './containers/tar/header.ts'
import { ZIP_TAIL } from './containers/zip/end-records.ts'
import { orSplitZip, tailOfZipName } from './containers/zip/split-zip.ts'
import { type Ending, holdsEnd } from './containers/zip/zip-inside.ts'
import {
  type Container,
  type ContainerReader,
  type Content,
  type Member,
  type MemberJudge,
  placeIn,
} from './content.ts'
import { EmbeddedSearch, mannerFor, weakCodecs } from './embedded/embedded-search.ts'
import { mayHoldStreams, programInStreams } from './embedded/inspect-streams.ts'
import { isLargeOleDocument, isOleDocument } from './embedded/ole-document.ts'
import type { Span } from './embedded/span.ts'
import { checkZipTail } from './embedded/zip-tail.ts'
import { ExecutableSniffer } from './executables/executable-sniffer.ts'
import { nativeLabel } from './executables/native-label.ts'
import { formatListeners } from './format-listeners.ts'
import type { Inspection } from './inspection.ts'
import { type ByteStream, Cursor, type Listener, showWhole, TappedStream } from './io/byte-stream.ts'
import { spool } from './io/spool.ts'
import { TailKeeper } from './io/tail-keeper.ts'
import { judgeComName, judgeName, type NameFinding } from './names/name-rules.ts'
import { GateProblem } from './problem.ts'
import { type Detected, detect } from './types/detect.ts'
import type { Label } from './types/format.ts'
import { labelByLibrary } from './types/library.ts'
import { compareWithName, isSplitPart } from './types/name-agreement.ts'
import { Sample } from './types/sample.ts'
import { isScriptText, judgeScript } from './types/scripts.ts'

const HEAD = 128 * 1024

/**
 * Judges content of any kind, and the members of archives in any mix: each byte is decoded once, and on its way feeds the
 * same sniffer. Findings and budgets are one for the whole tree.
 */
export class Walker implements MemberJudge {
  readonly #inspection: Inspection
  constructor(inspection: Inspection) {
    this.#inspection = inspection
  }

  async judge(content: Content): Promise<Label> {
    this.#inspection.engine('name')
    for (const finding of judgeName(content.name)) {
      if (!isExpectedLibrary(content, finding)) this.#reportAll(content, [finding])
    }
    let program: Label | null = null
    const sniffer = new ExecutableSniffer((kind) => {
      program = this.#executable(content, kind)
    })
    const cursor = new Cursor(content.stream)
    const head = cursor.peekNow(HEAD) ?? (await cursor.peek(HEAD))
    this.#inspection.engine('executable', 'type')
    this.#inspection.engine('type')
    const judged =
      head.length < HEAD ? this.#small(content, cursor, head, sniffer) : this.#large(content, cursor, head, sniffer)
    const other = judged instanceof Promise ? await judged : judged
    const label = program ?? other
    this.#know(content, label)
    return label
  }

  /** All of it lies in one buffer: it is looked at there. */
  #small(content: Content, cursor: Cursor, bytes: Buffer, sniffer: ExecutableSniffer): Label | Promise<Label> {
    const sample = new Sample(bytes, bytes.length)
    const type = orSplitZip(detect(sample, content.name), content.name, bytes)
    const search = this.#search(content, type, sample, type.family === 'ole2' && isOleDocument(bytes))
    showWhole(sniffer, bytes)
    for (const listener of this.#listeners(content, type, sample)) showWhole(listener, bytes)
    showWhole(search, bytes)
    this.#identify(content, sample, type)
    const open = () => this.#open(content, type, sample, cursor)
    const further = (judged: readonly Span[]) => {
      const checked = this.#checkStreams(content, type, sample, search, judged)
      return checked === null ? open() : checked.then(open)
    }
    const tailed = this.#checkTail(content, type, { head: bytes, tail: bytes, size: bytes.length })
    return tailed === null ? further([]) : tailed.then(further)
  }

  /** It is looked at while it streams by. */
  async #large(content: Content, cursor: Cursor, head: Buffer, sniffer: ExecutableSniffer): Promise<Label> {
    // Before anything else, so that a program is called one and not an unknown binary under a wrong name.
    const tail = new TailKeeper(ZIP_TAIL)
    // A copy: the buffer is used again, and the head is looked at once more in the end.
    const sample = new Sample(Buffer.from(head), content.size)
    const found = detect(sample, content.name)
    const type = orSplitZip(found, content.name, await tailOfZipName(content, found))
    const search = this.#search(content, type, sample, await isLargeOleDocument(content, type))
    const listeners = [sniffer, tail, ...this.#listeners(content, type, sample), search]
    const tapped = new Cursor(new TappedStream(cursor, ...listeners))
    await tapped.peek(head.length)
    this.#identify(content, sample, type)
    const label = await this.#open(content, type, sample, tapped)
    const judged = await this.#checkTail(content, type, { head: sample.head, tail: tail.bytes, size: tail.size })
    await this.#checkStreams(content, type, sample, search, judged ?? [])
    return label
  }

  /** Archives inside what is none: 7-Zip looks for them. */
  #search(content: Content, type: Detected, sample: Sample, isOle: boolean): EmbeddedSearch {
    const isNone = content.nativeZone || isSplitPart(content.name, sample.isText)
    const manner = isNone ? 'nothing' : mannerFor(type, isOle)
    const whole = content.nativeZone ? [] : weakCodecs(sample, type)
    return new EmbeddedSearch(manner, whole, (name, at) => {
      const detail = `${type.label.en} with a ${name} inside, at byte ${at}`
      this.#inspection.report('ambiguous_archive', content.place, detail)
    })
  }

  /** Null where there is nothing that must be waited for. */
  #checkStreams(
    { place }: Content,
    type: Detected,
    sample: Sample,
    search: EmbeddedSearch,
    judged: readonly Span[],
  ): Promise<void> | null {
    if (isArchive(type.family) || !mayHoldStreams(search, sample)) return null
    return programInStreams(search, sample, this.#inspection, place, judged).then((inside) => {
      if (inside === null) return
      const detail = `${type.label.en} with another file inside: ${inside}`
      this.#inspection.report('ambiguous_archive', place, detail)
    })
  }

  #listeners(content: Content, type: Detected, sample: Sample): readonly Listener[] {
    if (content.nativeZone) return []
    return formatListeners(type, content.name, sample, {
      executable: (detail) => this.#executable(content, detail),
      archive: (detail) => this.#inspection.report('ambiguous_archive', content.place, detail),
      active: (at, detail) => this.#active(content, at, detail),
      engine: (name) => this.#inspection.engine(name),
    })
  }

  #active({ place, name }: Content, at: string, detail: string): void {
    this.#inspection.report('active_content', `${place === '' ? name : place}${at}`, detail)
  }

  #identify(content: Content, sample: Sample, type: Detected): void {
    this.#know(content, type.label)
    this.#reportAll(content, contentFindings(content, sample, type))
  }

  #know(content: Content, label: Label): void {
    if (content.place === '' && content.layer === 0) this.#inspection.detectedType = label.en
  }

  #reportAll(content: Content, findings: readonly (NameFinding | null)[]): void {
    for (const finding of findings) {
      if (finding !== null) this.#inspection.report(finding.code, content.place, finding.detail)
    }
  }

  /** What it is called where the policy lets it in. */
  #executable(content: Content, kind: string): Label {
    this.#know(content, { en: kind, ko: kind })
    const isAllowed = isAllowedNative(kind, content.name, this.#inspection.policy.allowNative)
    const code = content.nativeZone ? 'contains_native_code' : isAllowed ? 'allowed_native_code' : 'executable'
    this.#inspection.report(code, content.place, kind)
    return isAllowed ? nativeLabel(kind) : { en: kind, ko: kind }
  }

  #open(content: Content, type: Detected, sample: Sample, cursor: Cursor): Label | Promise<Label> {
    const reader = readerOf(type.family)
    if (reader !== undefined) return this.#walk(content, type.label, reader, cursor)
    if (isArchive(type.family) && !content.nativeZone) {
      this.#inspection.leave(content.place)
      this.#inspection.report('not_inspectable', content.place, `no decoder for ${type.label.en}`)
    }
    const isKnown = type.known || (sample.isText && content.size !== null)
    return isKnown && cursor.drainNow() ? type.label : this.#drain(content, type, sample, cursor)
  }

  async #drain(content: Content, type: Detected, sample: Sample, cursor: Cursor): Promise<Label> {
    const byLibrary = type.id !== 'binary' || sample.isText ? null : await labelByLibrary(sample)
    // Binary STL is known by its size alone, and what a codec gives has none before its end.
    const start = content.size === null && !type.known ? Buffer.from(sample.head.subarray(0, 512)) : null
    await cursor.drain()
    if (start !== null) return detect(new Sample(start, cursor.position), content.name).label
    return byLibrary === null ? type.label : { en: byLibrary, ko: byLibrary }
  }

  /** Reads a container, and takes its stream to the end, so that what is around it can go on. */
  async #walk(content: Content, label: Label, reader: ContainerReader, cursor: Cursor): Promise<Label> {
    const inspection = this.#inspection
    let inside: Label | null = null
    try {
      // A codec around a tar is one layer with it.
      const layer = content.fromCodec && reader.family === 'tar' ? content.layer : content.layer + 1
      inspection.enterLayer(layer, content.place)
      inspection.engine(reader.engine)
      inside = await this.#read(reader, { content, inspection, layer, walker: this }, cursor)
    } catch (error) {
      if (!(error instanceof GateProblem)) throw error
      inspection.abandon(error, content.place)
    }
    // The uploaded file itself is read on by its digest.
    if (!(content.layer === 0 && reader.needs === 'anywhere')) await cursor.drain()
    return inside ?? label
  }

  async #read(reader: ContainerReader, container: Container, cursor: Cursor): Promise<Label | null> {
    if (reader.needs === 'stream') return reader.read(container, cursor)
    const { content, inspection } = container
    if (content.access !== null) return reader.read(container, content.access)
    let held = 0
    const charge = (bytes: number) => {
      held += bytes
      inspection.spool(bytes, content.place)
    }
    try {
      await using spooled = await spool(cursor, charge)
      return await reader.read(container, spooled.access)
    } finally {
      inspection.spool(-held, content.place)
    }
  }

  /** Null where no zip ends at the end of this. Some readers move in the file, so that its end has not come by here. */
  #checkTail(content: Content, type: Detected, ends: Omit<Ending, 'access'>): Promise<Span[]> | null {
    if (type.family === 'zip') return null
    const { access } = content
    const hasGoneBy = access === null || access.size === ends.size
    if (hasGoneBy && !holdsEnd(ends.tail)) return null
    const container = { content, inspection: this.#inspection, layer: content.layer + 1, walker: this }
    return checkZipTail(container, type, { ...ends, access })
  }

  async member(container: Container, member: Member): Promise<void> {
    await this.judge({
      name: member.path.name,
      place: placeIn(container.content.place, member.path.path),
      size: member.size,
      stream: member.stream,
      access: member.access,
      layer: container.layer,
      fromCodec: false,
      nativeZone: member.nativeZone ?? false,
    })
  }

  inner(container: Container, name: string, stream: ByteStream): Promise<Label> {
    const { place } = container.content
    const content = { name, place, size: null, stream, access: null, layer: container.layer, fromCodec: true }
    return this.judge({ ...content, nativeZone: false })
  }
}

/** Name and content together. */
const contentFindings = (content: Content, sample: Sample, type: Detected): (NameFinding | null)[] => [
  isSplitPart(content.name, sample.isText) ? { code: 'not_inspectable', detail: 'one part of a split archive' } : null,
  tarInFront(sample, type),
  ...judgeComName(content.name, isScriptText(sample)),
  compareWithName(content.name, type),
  judgeScript(sample, content.name),
  runByName(content.name, sample.isText),
]

function runByName(name: string, isText: boolean): NameFinding | null {
  const detail = activeByName(name, isText)
  return detail === null ? null : { code: 'active_content', detail }
}

const isExpectedLibrary = (content: Content, finding: NameFinding): boolean =>
  content.nativeZone && finding.code === 'executable_name' && /\.dll$/i.test(content.name)
