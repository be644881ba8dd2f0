import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that may wait before no more are read from it: what a flood of them costs. */
const MOST_WAITING = 16

type Line = { last: ServerResponse; waiting: number; paused: boolean }

/**
 * Handles the requests of one connection one after another. RFC 9112 §9.3.2 asks only that pipelined requests are answered in order;
 * uploads need them to be done in it too, or a HEAD behind a PATCH tells the offset before it, and a DELETE overtakes the bytes.
 */
export function inOrder(handle: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>()

  const waitInLine = async (line: Line, before: ServerResponse, { socket }: IncomingMessage) => {
    line.waiting += 1
    if (line.waiting === MOST_WAITING) {
      line.paused = true
      socket.pause()
    }
    await closed(before, socket)
    line.waiting -= 1
    if (line.paused && line.waiting < MOST_WAITING) {
      line.paused = false
      socket.resume()
    }
  }

  return (req, res) => {
    const { socket } = req
    const line = lines.get(socket)
    if (line === undefined) {
      lines.set(socket, { last: res, waiting: 0, paused: false })
      handle(req, res)
      return
    }
    const before = line.last
    line.last = res
    if (before.closed) {
      handle(req, res)
      return
    }
    void waitInLine(line, before, req).then(() => {
      // RFC 9112 §9.6: nothing is done behind an answer that closes the connection, nor for a client that has gone.
      if (!socket.destroyed && !socket.writableEnded) handle(req, res)
    })
  }
}

/** An answer that still waits for its turn is not told that its connection was lost. */
function closed(res: ServerResponse, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('close', done)
      socket.off('close', done)
      resolve()
    }
    res.once('close', done)
    socket.once('close', done)
  })
}
