import type { LoadClient } from '../client/load-client.ts'
import type { Work } from '../compare.ts'
import { memory } from '../process-figures.ts'
import type { BenchSite } from '../servers/bench-site.ts'
import { mebibytes, table } from '../table.ts'

const MIB = 2 ** 20
const CONNECTIONS = 4
const CASES: readonly {
  readonly name: string
  readonly files: number
  readonly bytes: number
  readonly way: Work['way']
}[] = [
  // As many bytes on each connection as in the next line: what is compared is the size of a file, not the work done.
  { name: '10 MiB × 50 on each', files: 50, bytes: 10 * MIB, way: 'patch' },
  { name: '500 MiB on each', files: 1, bytes: 500 * MIB, way: 'patch' },
  { name: '2 GiB on each, length deferred', files: 1, bytes: 2048 * MIB, way: 'deferred' },
]

/** What an API process holds per connection, by the size of the files. A fresh process each time. */
export async function memoryScenario(site: BenchSite, client: LoadClient): Promise<string> {
  const rows: string[][] = []
  for (const { name, files, bytes, way } of CASES) {
    const target = await site.airlock()
    const { port, path, headers } = target
    const load = { port, path, headers, way, connections: CONNECTIONS }
    await client.run({ ...load, files: 50, bytes: 10 * 1024 })
    const before = memory(target.process.pid).now
    await client.run({ ...load, files: files * CONNECTIONS, bytes })
    const { peak } = memory(target.process.pid)
    const grown = Math.max(0, peak - before)
    rows.push([name, mebibytes(before), mebibytes(peak), mebibytes(grown, 1), mebibytes(grown / CONNECTIONS, 1)])
    await target.end()
  }
  const head = ['MiB', 'before', 'peak', 'grown', 'per connection']
  return `Memory of the API process, ${CONNECTIONS} uploads at once\n\n${table(head, rows)}`
}
