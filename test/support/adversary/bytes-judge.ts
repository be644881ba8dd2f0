import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { decideVerdict, type Verdict } from '#shared/domain/verdict.ts'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { judgeFile } from '#shared/gate/judge-file.ts'

export type BytesJudge = {
  /** One at a time: all go through the same file. */
  verdict(path: string, bytes: Buffer): Promise<Verdict>
  close(): Promise<void>
}

/** Judges bytes by an open file in `folder`, written anew for each; after a crash the last one is still there. */
export async function openBytesJudge(
  folder: string,
  decoders: Decoders,
  policy: Policy = DEFAULT_POLICY,
): Promise<BytesJudge> {
  const handle = await open(join(folder, 'case'), 'w+')
  return {
    async verdict(path, bytes) {
      await handle.truncate(0)
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten
      const report = await judgeFile({ handle, size: bytes.length, path }, { policy, decoders })
      return decideVerdict(report, policy, '2026-01-01T00:00:00Z')
    },
    close: () => handle.close(),
  }
}
