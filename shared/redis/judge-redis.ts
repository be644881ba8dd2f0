/** What a server's INFO says about its use for Airlock: `refused` is a sentence that stops the start, `warnings` are told. */
export type RedisJudgement = { readonly refused: string | undefined; readonly warnings: readonly string[] }

/** Judges the INFO text of one master that REDIS_URL leads to as `kind`. Pure. */
export function judgeRedis(info: string, kind: 'single' | 'sentinel' | 'cluster'): RedisJudgement {
  const facts = new Map([...info.matchAll(/^([a-z_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
  const fact = (name: string) => facts.get(name) ?? ''
  const warnings: string[] = []
  if (fact('aof_enabled') === '0')
    warnings.push('appendonly is off: what a restart of Redis forgets has to be rebuilt from the disk')
  const evicting = fact('maxmemory_policy') !== 'noeviction'
  if (evicting && fact('maxmemory') === '0')
    warnings.push(`maxmemory-policy is ${fact('maxmemory_policy')}: set noeviction before anybody sets maxmemory`)
  if (fact('role') === 'slave' && kind !== 'sentinel')
    warnings.push('it is a replica: nothing can be written until it is the master')
  return { refused: refusal(fact, kind, evicting), warnings }
}

function refusal(fact: (name: string) => string, kind: string, evicting: boolean): string | undefined {
  const valkey = fact('valkey_version')
  const [name, version, least] = valkey === '' ? ['Redis', fact('redis_version'), 7] : ['Valkey', valkey, 8]
  if (Number.parseInt(version, 10) < least)
    return `it is ${name} ${version}, and Airlock needs Redis 7 or Valkey 8 at least`
  if (fact('redis_mode') === 'sentinel')
    return 'it is a Sentinel: write REDIS_URL as redis-sentinel://host:26379,host:26379/master-name'
  if (fact('redis_mode') === 'cluster' && kind !== 'cluster')
    return 'it is a node of a Cluster: write REDIS_URL as redis-cluster://host:6379,host:6379'
  if (evicting && fact('maxmemory') !== '0')
    return `its maxmemory-policy is ${fact('maxmemory_policy')}, which throws locks and queue entries away without a word: set maxmemory-policy noeviction`
  return undefined
}
