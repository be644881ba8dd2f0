import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that may wait before no more are read from it: what a flood of them costs. */
const MOST_WAITING = 16

/** `waiters`: the requests that wait, each to be told once it is its turn or the connection is lost. */
type Line = { last: ServerResponse; readonly waiters: Set<() => void>; paused: boolean }

/**
 * Handles the requests of one connection one after another. RFC 9112 §9.3.2 asks only that pipelined requests are answered in order;
 * uploads need them to be done in it too, or a HEAD behind a PATCH tells the offset before it, and a DELETE overtakes the bytes.
 */
export function inOrder(handle: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>()

  const begin = (socket: Socket, last: ServerResponse): void => {
    const line = { last, waiters: new Set<() => void>(), paused: false }
    lines.set(socket, line)
    // One listener for all of them. An answer that still waits for its turn is not told that its connection was lost.
    socket.once('close', () => {
      for (const wake of line.waiters) wake()
    })
  }

  const waitInLine = async (line: Line, before: ServerResponse, { socket }: IncomingMessage) => {
    const turn = turnBehind(line, before)
    if (line.waiters.size === MOST_WAITING) {
      line.paused = true
      socket.pause()
    }
    await turn
    if (line.paused && line.waiters.size < MOST_WAITING) {
      line.paused = false
      socket.resume()
    }
  }

  return (req, res) => {
    const { socket } = req
    const line = lines.get(socket)
    if (line === undefined) {
      begin(socket, res)
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

function turnBehind({ waiters }: Line, before: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      before.off('close', wake)
      waiters.delete(wake)
      resolve()
    }
    before.once('close', wake)
    waiters.add(wake)
  })
}
