import { crc32 } from 'node:zlib'
import { type Container, type Member, type MemberJudge, placeIn } from '../../content.ts'
import { type ByteStream, TappedStream } from '../../io/byte-stream.ts'
import { GateProblem } from '../../problem.ts'

/** A walker that holds members to the check sums their archive declares; a path without one is not checked. */
export function crcCheckingJudge(walker: MemberJudge, crcs: ReadonlyMap<string, ReadonlySet<number>>): MemberJudge {
  return {
    inner: (container: Container, name: string, stream: ByteStream) => walker.inner(container, name, stream),
    async member(container: Container, member: Member): Promise<void> {
      const declared = crcs.get(member.path.path)
      if (declared === undefined) return walker.member(container, member)
      let crc = 0
      const push = (chunk: Buffer) => {
        crc = crc32(chunk, crc)
      }
      await walker.member(container, { ...member, stream: new TappedStream(member.stream, { push }) })
      if (declared.has(crc)) return
      const place = placeIn(container.content.place, member.path.path)
      throw new GateProblem('not_inspectable', place, 'damaged: the CRC is not the one declared')
    },
  }
}
