import { RawConnection } from './raw-connection.ts'
import { tusUpload, type Way } from './tus-upload.ts'

/** What the client process is asked; it answers {@link LoadResult}. */
export type Load = {
  readonly port: number
  readonly path: string
  readonly headers: Record<string, string>
  readonly way: Way
  readonly connections: number
  readonly files: number
  readonly bytes: number
}
export type LoadResult = { readonly seconds: number } | { readonly failed: string }

/** Written at most at once: as much as the kernel takes of a loopback connection. */
const CHUNK_BYTES = 1024 * 1024

async function run(load: Load): Promise<number> {
  // Not zeros: nothing on the way may find them easy.
  const buffer = Buffer.alloc(Math.min(load.bytes, CHUNK_BYTES), '*NODE\n       1       0.0       1.5       2.5\n')
  const connections = await Promise.all(Array.from({ length: load.connections }, () => RawConnection.open(load.port)))
  let next = 0
  const started = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      while (next < load.files) {
        const name = `part-${next++}.k`
        await tusUpload(connection, { ...load, name, body: { buffer, bytes: load.bytes } })
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  for (const connection of connections) connection.close()
  return seconds
}

process.on('message', (load) => {
  run(load as Load)
    .then((seconds): LoadResult => ({ seconds }))
    .catch((error): LoadResult => ({ failed: String(error) }))
    .then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
