import { createServer } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

/** What Airlock is measured against: @tus/server and its FileStore as their README has them, and nothing else. */
const tus = new Server({ path: '/files', datastore: new FileStore({ directory: process.env.BARE_ROOT ?? '' }) })
const server = createServer((req, res) => void tus.handle(req, res))
server.requestTimeout = 0
server.listen(Number(process.env.BARE_PORT), '127.0.0.1', () => process.send?.({ ready: true }))
process.once('SIGTERM', () => process.exit(0))
process.once('disconnect', () => process.exit(0))
