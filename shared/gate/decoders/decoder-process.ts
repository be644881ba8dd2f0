import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { KIB } from '#shared/domain/limits.ts'
import type { ByteStream } from '../io/byte-stream.ts'
import { GateProblem } from '../problem.ts'
import { failureOf } from './decoder-failure.ts'
import type { Decoders, Program } from './decoders.ts'
import { fencedCommand } from './fenced-command.ts'
import { decoderEnv } from './find-decoders.ts'
import { GatheredStream } from './gathered-stream.ts'

/** Of what a decoder says; hostile content can make it say the same line for ever. */
const KEPT_CHARACTERS = 8192
/** What goes into a pipe at once: measured, larger pieces are slower. */
const PIECE = 64 * KIB

export type DecoderRun = {
  readonly decoders: Decoders
  readonly program: Program
  readonly args: readonly string[]
  /** What it reads: a stream through a pipe, or an open file it may move in. */
  readonly input: ByteStream | number
  readonly cpuSeconds: number
  /** For the problem, if there is one. */
  readonly place: string
}

/**
 * A decoder as a child process: what it gives is read as a stream, one chunk at a time, so that a slow reader holds it back.
 * The end of the stream is a good end; anything else throws: a problem of the content, or what the input threw.
 */
export class DecoderProcess implements ByteStream {
  readonly #child: ChildProcess
  readonly #place: string
  readonly #output: ByteStream
  readonly #ended: Promise<void>
  readonly #feeding: Promise<void>
  #said = ''
  #startFailure: Error | undefined
  #inputFailure: unknown
  #failure: unknown
  #closed = false

  constructor({ decoders, program, args, input, cpuSeconds, place }: DecoderRun) {
    this.#place = place
    const { file, args: all } = fencedCommand(decoders, program, args, cpuSeconds)
    const stdin = typeof input === 'number' ? input : 'pipe'
    this.#child = spawn(file, all, { stdio: [stdin, 'pipe', 'pipe'], env: decoderEnv(program.libraryPath), cwd: '/' })
    this.#ended = once(this.#child, 'close').then(
      () => undefined,
      (error: Error) => {
        this.#startFailure = error
      },
    )
    const { stdout, stderr } = this.#child as { stdout: Readable; stderr: Readable }
    stderr.on('data', (chunk: Buffer) => {
      if (this.#said.length < KEPT_CHARACTERS) this.#said += chunk.toString('utf8')
    })
    this.#output = new GatheredStream(stdout)
    this.#feeding = typeof input === 'number' ? Promise.resolve() : this.#feed(input, this.#child.stdin as Writable)
  }

  async #feed(source: ByteStream, stdin: Writable): Promise<void> {
    // A decoder that has seen enough closes its end: how it ended tells the rest.
    stdin.on('error', () => undefined)
    try {
      for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
        for (let at = 0; at < chunk.length; at += PIECE) {
          if (this.#closed || !(await written(stdin, chunk.subarray(at, at + PIECE)))) return
        }
      }
      stdin.end()
    } catch (error) {
      this.#inputFailure = error
      this.#child.kill('SIGKILL')
    }
  }

  async next(): Promise<Buffer | null> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      const chunk = await this.#output.next()
      if (chunk !== null) return chunk
      await this.#ended
      await this.#feeding
      this.#checkEnd()
      return null
    } catch (error) {
      this.#failure = this.#startFailure ?? error
      throw this.#failure
    }
  }

  #checkEnd(): void {
    if (this.#inputFailure !== undefined) throw this.#inputFailure
    if (this.#startFailure !== undefined) throw this.#startFailure
    const { exitCode: code, signalCode: signal } = this.#child
    const why = failureOf({ code, signal, said: this.#said.slice(0, KEPT_CHARACTERS) })
    if (why !== null) throw new GateProblem('not_inspectable', this.#place, why)
  }

  /** Ends the child, whatever it is doing; must be called however the reading ended. */
  async close(): Promise<void> {
    this.#closed = true
    this.#child.kill('SIGKILL')
    this.#child.stdout?.destroy()
    await this.#ended
    await this.#feeding
  }
}

/** Resolves to false if the reader has gone. The chunk is the caller's again afterwards. */
const written = (stdin: Writable, chunk: Buffer): Promise<boolean> =>
  new Promise((resolve) => {
    if (stdin.destroyed) return resolve(false)
    const gone = () => resolve(false)
    stdin.once('close', gone)
    stdin.write(chunk, (error) => {
      stdin.off('close', gone)
      resolve(error === null || error === undefined)
    })
  })
