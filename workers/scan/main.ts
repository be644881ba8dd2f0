import { runProcess } from '#shared/runtime/run-process.ts'
import { composeScan } from './compose.ts'
import { loadScanConfig } from './config.ts'

await runProcess(process, { name: 'scan', load: loadScanConfig, compose: composeScan, reloads: true })
