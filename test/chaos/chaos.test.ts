import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exitOf } from '../../infra/process/stop-child.ts'
import { REPOSITORY } from '../support/repository.ts'

const SECONDS = 90
const LIMIT_MS = 480_000

/** The same programme as `npm run chaos`, with a fixed seed and short freezes. */
test(
  '90 seconds of faults: nothing that was acknowledged is lost, and nothing is left over',
  async () => {
    const args = ['--seconds', String(SECONDS), '--seed', '1', '--longest-freeze-ms', '10000', '--mb-per-minute', '150']
    const child = spawn(process.execPath, [join(REPOSITORY, 'test/chaos/main.ts'), ...args], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGTERM'))
    let said = ''
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const { code } = await exitOf(child)
    for (const line of said.split('\n')) if (line.startsWith('NOT ')) process.stderr.write(`chaos: ${line}\n`)
    expect(code, said).toBe(0)
  },
  LIMIT_MS,
)
