import { runProcess } from '#shared/runtime/run-process.ts'
import { composeRealtime } from './compose.ts'
import { loadRealtimeConfig } from './config.ts'

await runProcess(process, { name: 'realtime', load: loadRealtimeConfig, compose: composeRealtime })
