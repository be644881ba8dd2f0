import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lastLine, runCommand } from '../../infra/process/run-command.ts'
import {
  copyCheckout,
  type Launcher,
  nodeStart,
  npmStart,
  sitePorts,
  startedProcesses,
  stillRunning,
} from '../support/launcher.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'
import { until } from '../support/until.ts'

const NAMES = ['api', 'realtime', 'redis', 'scan-1', 'scan-2', 'sweep']
const links = (output: string) =>
  [...output.matchAll(/^(http\S+)\/#token=(\S+)$/gm)].map(([, origin = '', token = '']) => ({ origin, token }))

let checkout: TempFolder
let env: Record<string, string>
const launchers: Launcher[] = []
const started = (launcher: Launcher) => {
  launchers.push(launcher)
  return launcher
}

beforeAll(async () => {
  checkout = await copyCheckout()
  env = await sitePorts()
})

afterEach(async () => {
  for (const { child, exited } of launchers.splice(0)) {
    if (child.exitCode === null) child.kill('SIGTERM')
    await exited
  }
})

afterAll(() => checkout.remove())

async function uploadsOf({ origin, token }: { origin: string; token: string }) {
  const answer = await fetch(`${origin}/api/v2/files/uploads`, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(200)
  const { uploads } = (await answer.json()) as { uploads: { filename: string; state: string }[] }
  return uploads
}

describe('npm start', () => {
  test('starts everything, signs in by link, takes a file by the curl line, stops in order', async () => {
    const site = started(npmStart(checkout.path, env))
    const output = await site.ready()
    const [engineer, admin] = links(output)
    if (engineer === undefined || admin === undefined) throw new Error(`no two links in:\n${output}`)
    expect(output).not.toContain('rebuilding')

    const page = await fetch(`${engineer.origin}/`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<script')

    const curl = output.split('\n').find((line) => line.includes('curl ')) ?? ''
    const sent = await runCommand('sh', ['-c', curl])
    expect(sent.output).toMatch(/HTTP\/1\.1 201/)
    const upload = await until('the scan of the file', async () =>
      (await uploadsOf(engineer)).find(({ filename, state }) => filename === 'LICENSE' && state === 'complete'),
    )
    expect(upload.state).toBe('complete')

    const processes = startedProcesses(checkout.path)
    expect([...processes.keys()].sort()).toEqual(NAMES)
    site.kill('SIGINT')
    expect(await site.exited).toEqual({ code: 0, signal: null })
    expect(await stillRunning(processes.values())).toEqual([])
  })

  test('finds the data of the start before, and lets no second one in', async () => {
    const site = started(nodeStart(checkout.path, env))
    const output = await site.ready()
    // All is fetched and built by now.
    expect(output).not.toContain('Page: built')
    expect(Number(/Ready in ([\d.]+) s/.exec(output)?.[1])).toBeLessThan(30)
    const [engineer] = links(output)
    if (engineer === undefined) throw new Error('no link')
    expect((await uploadsOf(engineer)).map(({ filename }) => filename)).toContain('LICENSE')

    const second = started(nodeStart(checkout.path, { ...env, ...(await sitePorts()) }))
    expect((await second.exited).code).toBe(1)
    expect(second.output().trim()).toMatch(/^Cannot start: Airlock is running in .* already; stop that one first.*$/)
    site.kill('SIGTERM')
    expect((await site.exited).code).toBe(0)
  })

  test('starts again what dies, and leaves nothing behind when it is killed itself', async () => {
    const site = started(nodeStart(checkout.path, env))
    await site.ready()
    const before = startedProcesses(checkout.path)
    process.kill(before.get('scan-1') ?? 0, 'SIGKILL')
    await until('word of the death', () => site.output().includes('scan-1 ended unexpectedly (SIGKILL)'))
    const after = await until('a new scan worker', () => {
      const now = startedProcesses(checkout.path)
      return now.get('scan-1') === before.get('scan-1') ? undefined : now
    })
    site.kill('SIGKILL')
    await site.exited
    await until('the end of all', async () => (await stillRunning(after.values())).length === 0)

    const next = started(nodeStart(checkout.path, env))
    expect(links(await next.ready())).toHaveLength(2)
    next.kill('SIGTERM')
    expect((await next.exited).code).toBe(0)
  })

  test('a second signal ends everything at once', async () => {
    const site = started(nodeStart(checkout.path, env))
    await site.ready()
    const processes = startedProcesses(checkout.path)
    // A stopped process cannot stop in order.
    process.kill(processes.get('sweep') ?? 0, 'SIGSTOP')
    site.kill('SIGINT')
    await until('the first signal to be heard', () => site.output().includes('Stopping'))
    await until('the end by a second signal', () => {
      site.kill('SIGINT')
      return site.child.exitCode !== null
    })
    expect((await site.exited).code).toBe(130)
    await until('the end of all', async () => (await stillRunning(processes.values())).length === 0)
  })
})

describe('npm start says in one sentence why not', () => {
  const failing = async (folder: string, extra: Record<string, string>) => {
    const site = started(nodeStart(folder, { ...(await sitePorts()), ...extra }))
    const { code } = await site.exited
    const said = site.output().trim()
    expect(said).not.toMatch(/^\s+at /m)
    return { code, said: lastLine(said) }
  }

  test('port taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await until('a port', () => server.listening)
    const { port } = server.address() as { port: number }
    const { code, said } = await failing(checkout.path, { API_PORT: String(port) })
    server.close()
    expect(code).toBe(1)
    expect(said).toBe(
      `Cannot start: no way to listen on port ${port} of 127.0.0.1, it is taken by another program; set API_PORT to a free one`,
    )
  })

  test('no write access', async () => {
    const other = await copyCheckout()
    await writeFile(join(other.path, 'var'), 'a file where a folder should be')
    const { code, said } = await failing(other.path, {})
    await other.remove()
    expect(code).toBe(1)
    expect(said).toMatch(/^Cannot start: no way to write to \S+ \((ENOTDIR|EEXIST)\)$/)
  })

  test('REDIS_URL leads nowhere', async () => {
    const { code, said } = await failing(checkout.path, { REDIS_URL: 'redis://127.0.0.1:1' })
    expect(code).toBe(1)
    expect(said).toMatch(/^Cannot reach Redis: .*ECONNREFUSED/)
  })

  test('no Redis to be had', async ({ skip }) => {
    const docker = await runCommand('docker', ['info'], { limitMs: 20_000 })
    skip(docker.code === 0, 'Docker answers on this machine, so a Redis can always be had')
    const empty = await makeTempFolder('empty')
    await mkdir(join(empty.path, 'bin'))
    const proxy = 'http://127.0.0.1:1'
    const { code, said } = await failing(checkout.path, {
      PATH: join(empty.path, 'bin'),
      AIRLOCK_CACHE: join(empty.path, 'cache'),
      http_proxy: proxy,
      https_proxy: proxy,
    })
    await empty.remove()
    expect(code).toBe(1)
    for (const way of ['REDIS_URL', 'redis-server', 'Docker', 'Debian mirror']) expect(said).toContain(way)
  })
})
