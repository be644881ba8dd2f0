import { type LoadClient, startLoadClient } from './client/load-client.ts'
import { countsScenario } from './scenarios/counts.ts'
import { crowdScenario } from './scenarios/crowd.ts'
import { fairScenario } from './scenarios/fair.ts'
import { latencyScenario } from './scenarios/latency.ts'
import { memoryScenario } from './scenarios/memory.ts'
import { rebuildScenario } from './scenarios/rebuild.ts'
import { scanScenario } from './scenarios/scan.ts'
import { smallScenario } from './scenarios/small.ts'
import { uploadScenario } from './scenarios/upload.ts'
import { type BenchSite, openBenchSite } from './servers/bench-site.ts'

type Scenario = (site: BenchSite, client: LoadClient) => Promise<string>

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  upload: uploadScenario,
  small: smallScenario,
  latency: latencyScenario,
  memory: memoryScenario,
  fair: fairScenario,
  counts: countsScenario,
  crowd: crowdScenario,
  rebuild: rebuildScenario,
  scan: scanScenario,
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SCENARIOS)
const unknown = wanted.filter((name) => SCENARIOS[name] === undefined)
if (unknown.length > 0) {
  console.error(`Cannot run ${unknown.join(', ')}: choose of ${Object.keys(SCENARIOS).join(', ')}`)
  process.exit(64)
}
const site = await openBenchSite(process.env)
const client = await startLoadClient()
try {
  console.log('Compare figures of one run only: other work on the machine moves all of them.\n')
  for (const name of wanted) console.log(await SCENARIOS[name]?.(site, client))
} finally {
  client.close()
  await site.close()
}
