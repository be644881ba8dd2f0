import { u16, u32 } from './bytes.ts'

/** An HDF5 link message: what a group keeps for a link into another file (File Format Specification IV.A.2.g). */
export function externalLinkMessage(name: string, file: string, path: string): Buffer {
  const target = Buffer.concat([Buffer.from([0]), Buffer.from(`${file}\0${path}\0`)])
  return Buffer.concat([Buffer.from([1, 0x08, 64, name.length]), Buffer.from(name), u16(target.length), target])
}

/** The same with a soft link inside the file: type 1. */
export function softLinkMessage(name: string, path: string): Buffer {
  return Buffer.concat([Buffer.from([1, 0x08, 1, name.length]), Buffer.from(name), u16(path.length), Buffer.from(path)])
}

type Filter = { readonly id: number; readonly name?: string; readonly values?: readonly number[] }

/** A filter pipeline in an object header of version 1: eight bytes of message header, then the data of version 1. */
export function filterMessageV1(filters: readonly Filter[]): Buffer {
  const body = filters.map(({ id, name = '', values = [] }) => {
    const text = Buffer.alloc(name === '' ? 0 : Math.ceil((name.length + 1) / 8) * 8)
    text.write(name)
    const padding = values.length % 2 === 1 ? u32(0) : Buffer.alloc(0)
    return Buffer.concat([u16(id), u16(text.length), u16(1), u16(values.length), text, ...values.map(u32), padding])
  })
  return messageV1(0x0b, Buffer.concat([Buffer.from([1, filters.length, 0, 0, 0, 0, 0, 0]), ...body]))
}

/** External data files, with room for one. */
export const externalFilesMessage = (): Buffer =>
  messageV1(0x07, Buffer.concat([Buffer.from([1, 0, 0, 0]), u16(1), u16(1), Buffer.alloc(8, 9), Buffer.alloc(24)]))

function messageV1(type: number, data: Buffer): Buffer {
  const size = Math.ceil(data.length / 8) * 8
  return Buffer.concat([u16(type), u16(size), Buffer.alloc(4), data, Buffer.alloc(size - data.length)])
}

/** An object header of version 2 with one filter pipeline. */
export function headerV2(filters: readonly Filter[], ordered = false): Buffer {
  const body = filters.map(({ id, name = '', values = [] }) => {
    const text = Buffer.from(name === '' ? '' : `${name}\0`)
    const named = id >= 256
    return Buffer.concat([
      u16(id),
      ...(named ? [u16(text.length)] : []),
      u16(1),
      u16(values.length),
      ...(named ? [text] : []),
      ...values.map(u32),
    ])
  })
  const data = Buffer.concat([Buffer.from([2, filters.length]), ...body])
  const order = ordered ? u16(0) : Buffer.alloc(0)
  const message = Buffer.concat([Buffer.from([0x0b]), u16(data.length), Buffer.from([0]), order, data])
  const flags = ordered ? 0x05 : 0x01
  return Buffer.concat([Buffer.from('OHDR'), Buffer.from([2, flags]), u16(message.length), message, u32(0)])
}
