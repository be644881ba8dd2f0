/** One change; places are shares of the file or numbers of records, so that an edit fits any base. */
export type Edit =
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  | { readonly kind: 'set'; readonly record: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'add'; readonly record: number; readonly offset: number; readonly by: number }
  | { readonly kind: 'cut' | 'double'; readonly record: number }
  | { readonly kind: 'move'; readonly record: number; readonly to: number }
  | { readonly kind: 'insert'; readonly record: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly at: number }

const ZIP_SIGNATURE = /PK(?:\x01\x02|\x03\x04|\x05\x06|\x06\x06|\x06\x07|\x07\x08)/g
const BLOCK = 512

/** Where the records of an archive begin: zip by its signatures, tar by its blocks, anything else in equal parts. */
function recordStarts(bytes: Buffer): number[] {
  const text = bytes.toString('latin1')
  const signed = [...text.matchAll(ZIP_SIGNATURE)].map((match) => match.index)
  if (signed.length > 1) return signed
  const step = bytes.length % BLOCK === 0 ? BLOCK : Math.max(1, Math.ceil(bytes.length / 8))
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => i * step)
}

function recordsOf(bytes: Buffer): Buffer[] {
  const starts = recordStarts(bytes)
  const first = starts[0] ?? 0
  const records = starts.map((start, i) => bytes.subarray(start, starts[i + 1] ?? bytes.length))
  return first > 0 ? [bytes.subarray(0, first), ...records] : records
}

const pick = (index: number, length: number): number => (length === 0 ? 0 : index % length)

export function applyEdit(bytes: Buffer, edit: Edit): Buffer {
  if (bytes.length === 0) return bytes
  if (edit.kind === 'flip') return flipped(bytes, Math.floor(edit.at * bytes.length), edit.mask)
  if (edit.kind === 'truncate') return bytes.subarray(0, Math.floor(edit.at * bytes.length))
  const records = recordsOf(bytes)
  const index = pick(edit.record, records.length)
  const record = records[index] ?? Buffer.alloc(0)
  switch (edit.kind) {
    case 'set':
      records[index] = written(record, edit.offset, Buffer.from(edit.bytes))
      break
    case 'add':
      records[index] = added(record, edit.offset, edit.by)
      break
    case 'cut':
      records.splice(index, 1)
      break
    case 'double':
      records.splice(index, 0, record)
      break
    case 'move':
      records.splice(index, 1)
      records.splice(pick(edit.to, records.length + 1), 0, record)
      break
    case 'insert':
      records.splice(index, 0, Buffer.from(edit.bytes))
  }
  return Buffer.concat(records)
}

function flipped(bytes: Buffer, at: number, mask: number): Buffer {
  const out = Buffer.from(bytes)
  const place = Math.min(at, out.length - 1)
  out[place] = (out[place] as number) ^ mask
  return out
}

function written(record: Buffer, offset: number, value: Buffer): Buffer {
  const out = Buffer.from(record)
  value.copy(out, pick(offset, Math.max(1, out.length)))
  return out
}

/** The two bytes of a size or an offset, a little more or less. */
function added(record: Buffer, offset: number, by: number): Buffer {
  if (record.length < 2) return record
  const out = Buffer.from(record)
  const at = pick(offset, out.length - 1)
  out.writeUInt16LE((out.readUInt16LE(at) + by) & 0xffff, at)
  return out
}

/** Gives every block that was a header, and still has the look of one, a check sum that holds: else all else ends there. */
export function repairTar(bytes: Buffer): Buffer {
  const out = Buffer.from(bytes)
  for (let at = 0; at + BLOCK <= out.length; at += BLOCK) {
    const block = out.subarray(at, at + BLOCK)
    if (!/^[0-7]{6}\0 $/.test(block.toString('latin1', 148, 156))) continue
    block.fill(0x20, 148, 156)
    const sum = block.reduce((total, byte) => total + byte, 0)
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  }
  return out
}
