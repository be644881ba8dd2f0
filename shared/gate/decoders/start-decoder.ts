import type { Inspection } from '../inspection.ts'
import type { ByteStream } from '../io/byte-stream.ts'
import { GateProblem } from '../problem.ts'
import { DecoderProcess } from './decoder-process.ts'
import { type DecoderName, decoderOf } from './decoders.ts'

export type WantedDecoder = {
  readonly name: DecoderName
  readonly args: readonly string[]
  readonly input: ByteStream | number
  readonly place: string
  /** For people: what it is that cannot be looked into if the decoder is missing. */
  readonly format: string
}

/** Starts a decoder with what is left of the time of this scan. Close it however its reading ends. */
export function startDecoder(inspection: Inspection, wanted: WantedDecoder): DecoderProcess {
  const { name, args, input, place, format } = wanted
  const { decoders } = inspection
  const program = decoderOf(decoders, name)
  if (program === null) throw noDecoder(format, place)
  return new DecoderProcess({ decoders, program, args, input, cpuSeconds: inspection.decoderSeconds(place), place })
}

/** Asked before anything is prepared for it. */
export function requireDecoder({ decoders }: Inspection, name: DecoderName, format: string, place: string): void {
  if (decoderOf(decoders, name) === null) throw noDecoder(format, place)
}

const noDecoder = (format: string, place: string) =>
  new GateProblem('not_inspectable', place, `no decoder for ${format} on this system`)
