/** `node infra/docker/healthy.ts <url>`: exit code 0 if it answers 2xx within 5 s; for HEALTHCHECK in an image without curl. */
const answer = await fetch(process.argv[2] ?? '', { signal: AbortSignal.timeout(5_000) }).catch((error: Error) => error)
if (answer instanceof Error || !answer.ok) {
  process.stderr.write(`${answer instanceof Error ? answer.message : `HTTP ${answer.status}`}\n`)
  process.exitCode = 1
}
