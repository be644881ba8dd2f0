import { Fields, PRINTABLE } from './hdf5-fields.ts'

export type Filter = { readonly id: number; readonly name: string }

/** deflate, shuffle, fletcher32, szip, nbit, scaleoffset: part of the library. Others are found on HDF5_PLUGIN_PATH. */
const BUILT_IN = 6

export const describeFilters = (filters: readonly Filter[]): string[] =>
  filters
    .filter(({ id }) => id > BUILT_IN)
    .map(
      ({ id, name }) =>
        `filter ${id}${name === '' ? '' : ` (${name.slice(0, 80)})`}: HDF5 loads a plugin library for it`,
    )

const plausible = (filters: number): boolean => filters > 0 && filters <= 32

export function filtersV1(bytes: Buffer, at: number, size: number): Filter[] | null {
  const fields = new Fields(bytes, at + 1, at + size)
  const count = fields.number(1)
  if (!plausible(count) || fields.number(6) !== 0) return null
  const filters: Filter[] = []
  for (let i = 0; i < count; i++) {
    const [id, nameLength, flags, values] = [fields.number(2), fields.number(2), fields.number(2), fields.number(2)]
    if (!fields.ok || id === 0 || nameLength % 8 !== 0 || nameLength > 256 || flags > 1 || values > 64) return null
    const name = fields.text(nameLength).split('\0')[0] as string
    if (name !== '' && !PRINTABLE.test(name)) return null
    fields.skip(4 * (values + (values % 2)))
    filters.push({ id, name })
  }
  return fields.ok && at + size - fields.at < 8 ? filters : null
}

export function filtersV2(bytes: Buffer, at: number, size: number): Filter[] | null {
  const fields = new Fields(bytes, at + 1, at + size)
  const count = fields.number(1)
  if (!plausible(count)) return null
  const filters: Filter[] = []
  for (let i = 0; i < count; i++) {
    const id = fields.number(2)
    const nameLength = id >= 256 ? fields.number(2) : 0
    const [flags, values] = [fields.number(2), fields.number(2)]
    if (!fields.ok || id === 0 || nameLength > 256 || flags > 1 || values > 64) return null
    const name = fields.text(nameLength).split('\0')[0] as string
    if (name !== '' && !PRINTABLE.test(name)) return null
    fields.skip(4 * values)
    filters.push({ id, name })
  }
  return fields.ok && fields.at === at + size ? filters : null
}
