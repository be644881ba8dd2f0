import { expect, test } from 'vitest'
import { findOnPath } from '../../infra/process/find-on-path.ts'
import { type CommandResult, runCommand } from '../../infra/process/run-command.ts'
import { REPOSITORY } from '../support/repository.ts'

const COMMANDS = [['docker', 'compose'], ['docker-compose']] as const

type Compose = { readonly name: string; run(...args: string[]): Promise<CommandResult> }

async function findCompose(): Promise<Compose | undefined> {
  for (const [file, ...sub] of COMMANDS) {
    if (findOnPath([file], process.env.PATH) === undefined) continue
    const run = (...args: string[]) => runCommand(file, [...sub, ...args], { cwd: REPOSITORY })
    if ((await run('version')).code === 0) return { name: [file, ...sub].join(' '), run }
  }
  return undefined
}

test('docker-compose.yml is a configuration compose accepts as it stands', async ({ skip }) => {
  const compose = await findCompose()
  process.stderr.write(`compose: ${compose?.name ?? 'not on this machine, docker-compose.yml is NOT checked here'}\n`)
  if (compose === undefined) return skip('neither "docker compose" nor docker-compose is on this machine')
  const { code, output } = await compose.run('config', '--quiet')
  expect(output).toBe('')
  expect(code).toBe(0)
})
