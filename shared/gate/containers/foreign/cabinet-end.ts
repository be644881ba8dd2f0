import { KIB } from '#shared/domain/limits.ts'
import type { Container } from '../../content.ts'
import { executableIn } from '../../executables/executable-sniffer.ts'
import type { Listener } from '../../io/byte-stream.ts'
import { GateProblem } from '../../problem.ts'
import { isZero } from '../gap.ts'

const KEPT = 64 * KIB
/** Size and flags in the header (MS-CAB, 2.1). */
const SIZE_AT = 8
const FLAGS_AT = 30
const HEAD = 32
const RESERVED = 4
/** A signature lies behind a cabinet whose header has room for where: DER, a sequence with two bytes of length. */
const SIGNATURE = 0x3082

/** Keeps what stands behind the size that a cabinet declares for itself. */
export class CabinetEnd implements Listener {
  readonly #end: number
  readonly #mayBeSigned: boolean
  readonly #behind: Buffer[] = []
  #kept = 0
  #isZero = true
  #position = 0

  constructor(head: Buffer) {
    this.#end = head.length < HEAD ? 0 : head.readUInt32LE(SIZE_AT)
    this.#mayBeSigned = head.length >= HEAD && (head.readUInt16LE(FLAGS_AT) & RESERVED) !== 0
  }

  push(chunk: Buffer): void {
    const behind = chunk.subarray(Math.max(0, this.#end - this.#position))
    this.#position += chunk.length
    if (this.#isZero) this.#isZero = isZero(behind)
    if (this.#kept >= KEPT || behind.length === 0) return
    this.#behind.push(Buffer.from(behind.subarray(0, KEPT)))
    this.#kept += behind.length
  }

  /** When all of it has come by; throws {@link GateProblem}. */
  check({ inspection, content }: Container): void {
    if (this.#isZero) return
    const bytes = Buffer.concat(this.#behind)
    const kind = executableIn(bytes)
    if (kind !== null) inspection.report('executable', content.place, `${kind} behind the cabinet`)
    if (this.#isSignature(bytes)) return
    throw new GateProblem('ambiguous_archive', content.place, 'bytes behind the end of the cabinet')
  }

  #isSignature(bytes: Buffer): boolean {
    if (!this.#mayBeSigned || bytes.length < 4 || bytes.readUInt16BE(0) !== SIGNATURE) return false
    const rest = this.#position - this.#end - 4 - bytes.readUInt16BE(2)
    return rest >= 0 && rest < 8
  }
}
