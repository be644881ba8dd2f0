import { parseOptions, USAGE } from './options.ts'
import { enterNamespace } from './private-mount.ts'
import { runChaos } from './run-chaos.ts'

// Each child is killed when this process ends.
process.setMaxListeners(0)
let options: ReturnType<typeof parseOptions>
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`)
  process.exit(64)
}
const inside = await enterNamespace(process)
process.exit(inside ?? ((await runChaos(options, process.env, console.log)) ? 0 : 1))
