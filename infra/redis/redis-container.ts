import { mkdir } from 'node:fs/promises'
import type { StartedTestContainer } from 'testcontainers'
import { AppError } from '#shared/domain/errors.ts'
import { freePort } from '../process/free-port.ts'
import { DURABLE_OPTIONS, type RedisPlace, redisUrl, type WantedRedis } from './redis-options.ts'
import type { RedisServer } from './redis-server.ts'

const IMAGE = 'redis:7.2-alpine'
const STOP_LIMIT_MS = 20_000

/** Makes sure that a Docker engine answers and has the image; throws `no_docker` with the reason otherwise. */
export async function prepareDocker(): Promise<void> {
  // Loaded here: half a second nobody should pay who has a Redis.
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers')
  try {
    const { image } = await getContainerRuntimeClient()
    const name = ImageName.fromString(IMAGE)
    if (!(await image.exists(name))) await image.pull(name)
  } catch (cause) {
    throw new AppError('unavailable', 'no_docker', (cause as Error).message, { cause })
  }
}

/** Redis in a container with its data in `folder`; testcontainers' reaper removes it should this process die. */
export async function startRedisContainer(wanted: WantedRedis): Promise<RedisServer> {
  const place = { ...wanted, port: wanted.port ?? (await freePort()) }
  await mkdir(place.folder, { recursive: true })
  const { getContainerRuntimeClient } = await import('testcontainers')
  const container = await createContainer(place)
  const { container: engine } = await getContainerRuntimeClient()
  const handle = engine.getById(container.getId())
  let { State: state } = await handle.inspect()
  return {
    url: redisUrl(place),
    port: place.port,
    pid: () => state.Pid,
    ended: async () => void (await handle.wait()),
    stop: async () => void (await container.stop({ timeout: STOP_LIMIT_MS })),
    kill: async () => {
      await handle.kill({ signal: 'SIGKILL' })
      await handle.wait()
    },
    restart: async () => {
      await container.restart({ timeout: STOP_LIMIT_MS })
      state = (await handle.inspect()).State
    },
  }
}

async function createContainer({ port, password, folder }: RedisPlace): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const options = Object.entries({ requirepass: password, ...DURABLE_OPTIONS, save: '' })
  const plain = new GenericContainer(IMAGE)
    .withCommand(['redis-server', ...options.flatMap(([name, value]) => [`--${name}`, value])])
    .withExposedPorts({ container: 6379, host: port })
    .withBindMounts([{ source: folder, target: '/data', mode: 'rw' }])
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
  // The append-only file belongs to whoever started us, so that a Redis from another source can go on with it.
  return process.getuid === undefined
    ? plain.start()
    : plain.withUser(`${process.getuid()}:${process.getgid?.() ?? 0}`).start()
}
