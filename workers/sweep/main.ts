import { runProcess } from '#shared/runtime/run-process.ts'
import { composeSweep } from './compose.ts'
import { loadSweepConfig } from './config.ts'

await runProcess(process, { name: 'sweep', load: loadSweepConfig, compose: composeSweep })
