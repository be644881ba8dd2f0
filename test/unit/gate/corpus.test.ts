import { open, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { NO_DECODERS } from '#shared/gate/decoders/decoders.ts'
import { judgeFile } from '#shared/gate/judge-file.ts'
import { toolsForTests } from '../../support/archives/decoder-tools.ts'
import { verdictOf } from './judge.ts'

/** A folder of real CAE files; nobody needs it, so without the variable there is nothing to do. */
const CORPUS = process.env.AIRLOCK_CORPUS

/** Damaged themselves: unzip refuses it as well ("missing 4 bytes in zipfile"). */
const DAMAGED = new Set(['odp/pyNastran__gpforce.odp'])

const decoders = CORPUS === undefined ? NO_DECODERS : await toolsForTests()

async function judgeAt(path: string) {
  await using handle = await open(path, 'r')
  const { size } = await handle.stat()
  return await judgeFile({ handle, size, path }, { policy: DEFAULT_POLICY, decoders })
}

test.skipIf(CORPUS === undefined)(
  'every real file of the corpus is complete without a warning',
  { timeout: 120_000 },
  async () => {
    const root = CORPUS as string
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const alarms: string[] = []
    for (const entry of files) {
      const path = join(entry.parentPath, entry.name)
      const { reasons, warnings } = verdictOf(await judgeAt(path))
      const found = [...reasons, ...warnings].map(({ code, detail }) => `${relative(root, path)}: ${code}, ${detail}`)
      if (!DAMAGED.has(relative(root, path))) alarms.push(...found)
    }
    expect(alarms).toEqual([])
    expect(files.length).toBeGreaterThan(100)
  },
)
