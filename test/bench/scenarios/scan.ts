import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'
import { testDecoders } from '../../support/adversary/tools.ts'
import type { BenchSite } from '../servers/bench-site.ts'
import { median } from '../statistics.ts'
import { fixed, mebibytes, table } from '../table.ts'
import { type BenchArchive, buildArchives } from './scan-archives.ts'
import { bombTable, memberTable } from './scan-bombs.ts'
import { type Cores, pinning, scanOnce, timeTool } from './scan-measure.ts'
import type { ScanOrder } from './scan-process.ts'

const MEGABYTES = Number(process.env.BENCH_SCAN_MB ?? 500)
const ROUNDS = 3
/** Bytes of what each scan process has judged before, packed alike: a worker keeps it from file to file. */
const SMALL = 4e6

type How = Omit<ScanOrder, 'file'>

/** What judging costs: decoded bytes a second against the tools' own tests, members, and the time to each bomb's verdict. */
export async function scanScenario(site: BenchSite): Promise<string> {
  const folder = join(site.folder, 'scan')
  await mkdir(join(folder, 'before'), { recursive: true })
  const decoders = await testDecoders()
  try {
    const before = await buildArchives(join(folder, 'before'), SMALL, decoders)
    const archives = await buildArchives(folder, MEGABYTES * 1e6, decoders)
    const throughput = await throughputTable(archives, before, decoders)
    const members = await memberTable(folder, decoders)
    return `${throughput}\n${members}\n${await bombTable(folder, decoders)}`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function throughputTable(
  archives: readonly BenchArchive[],
  small: readonly BenchArchive[],
  decoders: Decoders,
): Promise<string> {
  const rows: string[][] = []
  for (const archive of archives) {
    const before = small.find(({ name }) => name === archive.name)?.file
    rows.push(await row(archive, { decoders, before }))
  }
  const head = ['', 'on disk', 'Airlock', 'the tool', 'ratio', 'all cores: Airlock', 'the tool', 'ratio', 'peak']
  const what = `${MEGABYTES} MB of mesh text, ${pinning()} and then on all; MB of decoded bytes a second, medians of ${ROUNDS} rounds in turn`
  return `${what}\nThe scan process has judged one small file before; on all cores its decoder runs beside it, as in a scan worker, and 7zz takes every core\nPeak: the scan process at its largest, without the decoder beside it\n\n${table(head, rows)}`
}

async function row(archive: BenchArchive, how: How): Promise<string[]> {
  const [one, all] = [await measure(archive, how, 'one'), await measure(archive, how, 'all')]
  const size = `${fixed((await stat(archive.file)).size / 1e6, 1)} MB`
  const outcomes = [...new Set([...one.outcomes, ...all.outcomes])].join()
  const label = outcomes === 'complete' ? archive.name : `${archive.name} (${outcomes})`
  return [label, size, ...one.shown, ...all.shown, `${mebibytes(Math.max(one.peak, all.peak))} MiB`]
}

/** The gate and the tool in turn, a fresh process each time. */
async function measure({ file, decoded, test }: BenchArchive, how: How, cores: Cores) {
  const ours: number[] = []
  const theirs: number[] = []
  const peaks: number[] = []
  const outcomes = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    const scan = await scanOnce({ file, ...how }, cores)
    ours.push(decoded / 1e3 / scan.ms)
    peaks.push(scan.peak)
    outcomes.add(scan.outcome)
    if (test !== null) theirs.push(decoded / 1e3 / (await timeTool(test, cores)))
  }
  const tool =
    test === null ? ['not here', ''] : [`${fixed(median(theirs), 0)} MB/s`, `${fixed(median(ours) / median(theirs))} ×`]
  return { shown: [`${fixed(median(ours), 0)} MB/s`, ...tool], peak: Math.max(...peaks), outcomes }
}
