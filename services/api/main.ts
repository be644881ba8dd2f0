import { runProcess } from '#shared/runtime/run-process.ts'
import { composeApi } from './compose.ts'
import { loadApiConfig } from './config.ts'

await runProcess(process, { name: 'api', load: loadApiConfig, compose: composeApi })
