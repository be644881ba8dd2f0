import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError } from '#shared/domain/errors.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { parseUrl } from './handshake.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'

export type Readiness = { readonly ready: boolean; readonly redis: boolean; readonly stopping: boolean }

export type ServerDeps = {
  readonly readiness: () => Promise<Readiness>
  readonly metrics: () => Promise<{ type: string; text: string }>
  /** Opens a plain WebSocket; throws AppError where it is refused. */
  readonly openWs: (req: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly log: Logger
}

/** Answers `/health`, `/ready`, `/metrics` and the upgrade of `/ws`; Socket.IO serves its own path. */
export function createRealtimeServer(deps: ServerDeps): Server {
  const server = createServer((req, res) => {
    answer(deps, req, res).catch((err) => {
      deps.log.error({ err }, 'request failed')
      sendProblem(res, 500, 'internal', 'Something went wrong here; the log has it')
    })
  })
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = parseUrl(req)?.pathname
    if (path?.startsWith('/socket.io/')) return
    try {
      if (path !== '/ws') throw new AppError('missing', 'not_found', 'Cannot connect here: use /ws or /socket.io/')
      deps.openWs(req, socket, head)
    } catch (error) {
      if (!(error instanceof AppError)) deps.log.error({ err: error }, 'handshake failed')
      refuseUpgrade(socket, error)
    }
  })
  return server
}

async function answer(deps: ServerDeps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = parseUrl(req)?.pathname
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    sendProblem(res, 405, 'method_not_allowed', `Cannot ${req.method} here: only GET and HEAD are`, {
      allow: 'GET, HEAD',
    })
  } else if (path === '/health') {
    sendJson(res, 200, { status: 'ok' })
  } else if (path === '/ready') {
    const readiness = await deps.readiness()
    sendJson(res, readiness.ready ? 200 : 503, readiness)
  } else if (path === '/metrics') {
    const { type, text } = await deps.metrics()
    res.writeHead(200, { 'content-type': type }).end(text)
  } else if (path === '/ws') {
    const message = 'Cannot answer here: /ws speaks WebSocket only'
    sendProblem(res, 426, 'upgrade_required', message, { upgrade: 'websocket' })
  } else {
    sendProblem(res, 404, 'not_found', 'Cannot find this path: connect to /ws or /socket.io/')
  }
}

/** In the form of the API's errors. */
function sendProblem(
  res: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  sendJson(res, status, { error: STATUS_CODES[status], code, message, request_id: randomUUID() }, headers)
}

function sendJson(res: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  if (res.headersSent) return void res.destroy()
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
  res.end(JSON.stringify(body))
}
