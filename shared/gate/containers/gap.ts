import { KIB } from '#shared/domain/limits.ts'
import { type Container, placeIn } from '../content.ts'
import { executableIn } from '../executables/executable-sniffer.ts'
import { formatCount } from '../format-figures.ts'
import { type RandomAccess, RangeStream } from '../io/random-access.ts'
import { GateProblem } from '../problem.ts'

const PROBE = 64 * KIB

/** Bytes of an archive that belong to no member: zeros are padding, anything else is something two tools see differently. */
export async function checkGap(access: RandomAccess, start: number, end: number, container: Container): Promise<void> {
  if (end <= start) return
  const { content, inspection } = container
  const range = new RangeStream(access, start, end)
  for (let chunk = await range.next(), at = start; chunk !== null; chunk = await range.next()) {
    if (isZero(chunk)) {
      at += chunk.length
      continue
    }
    const kind = executableIn(chunk.subarray(0, PROBE))
    if (kind !== null) inspection.report('executable', placeIn(content.place, `(bytes at ${at})`), kind)
    const detail = `${formatCount(end - start)} bytes at ${start} belong to no member`
    throw new GateProblem('ambiguous_archive', content.place, detail)
  }
  inspection.report('odd_archive', content.place, `${formatCount(end - start)} zero bytes between members`)
}

export function isZero(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0) return false
  return true
}
