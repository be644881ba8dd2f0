import { runProcess } from '#shared/runtime/run-process.ts'
import { composeApi } from './compose.ts'
import { loadApiConfig } from './config.ts'
import { requestFields } from './http/request-context.ts'

await runProcess(process, { name: 'api', load: loadApiConfig, compose: composeApi, logContext: requestFields })
