import { resolve } from 'node:path'
import { cacheFolder } from '../cache-folder.ts'
import { fetchDecoders } from '../debian/fetch-decoders.ts'

// `npm run airlock`: the command with the decoders that `npm start` has, so that both give the same verdicts.
if (process.argv[2] === 'scan' && !process.env.DECODER_PATH) {
  const repository = resolve(import.meta.dirname, '../..')
  const { folder, label } = await fetchDecoders(process.env.PATH, cacheFolder(repository, process.env))
  if (folder !== null) process.env.DECODER_PATH = folder
  if (label.startsWith('missing')) process.stderr.write(`decoders: ${label}\n`)
}
await import('../../services/cli/main.ts')
