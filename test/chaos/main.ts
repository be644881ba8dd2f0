import { parseOptions, USAGE } from './options.ts'
import { enterNamespace } from './private-mount.ts'
import { runChaos } from './run-chaos.ts'
import { showScenes } from './scenes/run-scenes.ts'

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
if (inside !== undefined) process.exit(inside)
const { scenes, seed } = options
const good =
  scenes > 0
    ? await showScenes(scenes, seed, process.env, console.log)
    : await runChaos(options, process.env, console.log)
process.exit(good ? 0 : 1)
