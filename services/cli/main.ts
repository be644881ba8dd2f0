#!/usr/bin/env node
import { runCli } from './run-cli.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
// The reader of a pipe may have had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70))

// npm runs a script in the folder of the package, and names the folder it was called from.
const calledByNpm = process.env.npm_lifecycle_event === 'airlock'
const code = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: (calledByNpm ? process.env.INIT_CWD : undefined) ?? process.cwd(),
  signal: stop.signal,
  say: (line) => process.stdout.write(`${line}\n`),
  warn: (line) => process.stderr.write(`${line}\n`),
})
// What was interrupted may hang on a disk or a socket: it is not waited for.
if (stop.signal.aborted) process.exit(130)
process.exitCode = code
