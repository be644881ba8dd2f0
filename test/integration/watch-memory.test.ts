import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { watchMemory } from '#shared/scanning/watch-memory.ts'
import { makeTempFolder } from '../support/temp.ts'

test.runIf(process.platform === 'linux')(
  'buffers outside the heap count: a process that takes too much is noticed, one that does not is left alone',
  async () => {
    const folder = await makeTempFolder('memory')
    const script = join(folder.path, 'grow.cjs')
    await writeFile(
      script,
      "const kept = []; process.on('message', (mib) => { kept.push(Buffer.alloc(mib * 1024 * 1024, 1)) }); process.send('up')",
    )
    const child = fork(script)
    await once(child, 'message')
    const noticed: number[] = []
    const exceeded = new Promise<void>((resolve) => {
      watchMemory(child.pid ?? 0, 200 * MIB, (bytes) => {
        noticed.push(bytes)
        resolve()
      })
    })
    const high: number[] = []
    const stop = watchMemory(child.pid ?? 0, 4_000 * MIB, (bytes) => high.push(bytes))
    child.send(250)
    await exceeded
    expect(noticed[0]).toBeGreaterThan(200 * MIB)
    expect(high).toEqual([])
    stop()
    child.kill('SIGKILL')
    await once(child, 'exit')
    await folder.remove()
  },
)
