import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../../infra/process/free-port.ts'
import { RawConnection } from '../client/raw-connection.ts'
import { listenForStates, type StateListener } from '../client/state-listener.ts'
import { tusUpload } from '../client/tus-upload.ts'
import { lsDynaDeck } from '../deck.ts'
import type { Airlock, BenchSite } from '../servers/bench-site.ts'
import { quantile } from '../statistics.ts'
import { fixed, table } from '../table.ts'

const DECK_BYTES = 1_000_000
const WARM_UP = 10
const ROUNDS = 50
/** Between two files, ms: the system is idle when the next one comes. */
const IDLE_MS = 50

type Latency = { readonly fromSent: number; readonly fromAnswer: number; readonly answer: number }

/** From the last byte of a 1 MB deck to its verdict, as a browser hears it, on an idle system of one process of each kind. */
export async function latencyScenario(site: BenchSite): Promise<string> {
  const airlock = await site.airlock()
  const port = await freePort()
  const realtime = await airlock.start('services/realtime/main.ts', { REALTIME_PORT: String(port) })
  const scan = await airlock.start('workers/scan/main.ts')
  const connection = await RawConnection.open(airlock.port)
  const states = await listenForStates(`http://127.0.0.1:${port}`, airlock.token)
  const rounds: Latency[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    rounds.push(await oneDeck(airlock, connection, states, round))
    await pause(IDLE_MS)
  }
  states.close()
  connection.close()
  await Promise.all([realtime.stop(), scan.stop()])
  await airlock.end()
  return show(rounds.slice(WARM_UP))
}

async function oneDeck(
  { path, headers }: Airlock,
  connection: RawConnection,
  states: StateListener,
  round: number,
): Promise<Latency> {
  const buffer = lsDynaDeck(DECK_BYTES)
  const plan = { path, headers, way: 'patch', name: `deck-${round}.k`, body: { buffer, bytes: buffer.length } } as const
  let sent = 0
  const url = await tusUpload(connection, plan, () => {
    sent = performance.now()
  })
  const answered = performance.now()
  const { at, state } = await states.settled(url.slice(url.lastIndexOf('/') + 1))
  if (state !== 'complete') throw new Error(`Cannot go on: the deck is ${state}`)
  return { fromSent: at - sent, fromAnswer: at - answered, answer: answered - sent }
}

function show(rounds: readonly Latency[]): string {
  const row = (name: string, pick: (latency: Latency) => number) => {
    const values = rounds.map(pick)
    return [name, ...[0.5, 0.95, 0, 1].map((share) => fixed(quantile(values, share), 1))]
  }
  const rows = [
    row('last byte sent → acknowledged', (latency) => latency.answer),
    row('acknowledged → verdict', (latency) => latency.fromAnswer),
    row('last byte sent → verdict', (latency) => latency.fromSent),
  ]
  const head = ['ms', 'median', 'p95', 'least', 'most']
  return `Verdict on a 1 MB LS-DYNA deck, idle system, heard by Socket.IO; ${ROUNDS} rounds\n\n${table(head, rows)}`
}
