/** One Redis of our own, whatever runs it. */
export type RedisServer = {
  readonly url: string
  readonly port: number
  pid(): number
  /** Resolves when it has ended by itself or by anyone's signal. */
  ended(): Promise<void>
  /** Ends it in order: the append-only file is flushed. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** The same port, password and data; whether it runs or not. */
  restart(): Promise<void>
}
