import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { findOwnRedis } from '../../infra/redis/find-redis.ts'
import { startOwnRedis } from '../../infra/redis/start-redis.ts'
import { REPOSITORY } from '../support/repository.ts'
import { makeTempFolder } from '../support/temp.ts'
import '../support/provided.ts'

/** One Redis for the whole run, and where to get private ones for tests that kill theirs. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const source = await findOwnRedis({ env: process.env, cache: cacheFolder(REPOSITORY, process.env) })
  project.provide('redisSource', source)
  const given = process.env.REDIS_URL
  if (given !== undefined && given !== '') {
    project.provide('redisUrl', given)
    say(`tests use the Redis of REDIS_URL; private ones come from ${source.label}`)
    return async () => undefined
  }
  const folder = await makeTempFolder('redis')
  const redis = await startOwnRedis(source, { folder: folder.path, password: randomBytes(16).toString('hex') })
  project.provide('redisUrl', redis.url)
  say(`tests use Redis from ${source.label}`)
  return async () => {
    await redis.stop()
    await folder.remove()
  }
}

const say = (text: string) => process.stderr.write(`${text}\n`)
