import { expect, test } from 'vitest'
import { NeedleTable } from '#shared/gate/embedded/needle-table.ts'
import { ARCHIVES, STREAMS, ZIP } from '#shared/gate/embedded/signatures.ts'
import { noise } from '../../support/archives/bytes.ts'

const signatures = [...ARCHIVES, ...STREAMS, ZIP]

/** One after another, as simply as it can be said. */
function oneByOne(bytes: Buffer, from: number, to: number): string[] {
  const found: [number, string][] = []
  for (const { name, needle } of signatures) {
    for (let at = bytes.indexOf(needle, from); at !== -1 && at < to; at = bytes.indexOf(needle, at + 1)) {
      found.push([at, `${name} ${needle.toString('hex')}`])
    }
  }
  return found.map(([at, name]) => `${at} ${name}`).sort()
}

function byTable(bytes: Buffer, from: number, to: number): string[] {
  const found: string[] = []
  new NeedleTable(signatures).each(bytes, from, to, ({ name, needle }, at) => {
    found.push(`${at} ${name} ${needle.toString('hex')}`)
  })
  return found.sort()
}

test('finds each needle at each place, even or odd, as far as the end', () => {
  for (const { needle } of signatures) {
    for (let front = 0; front < 4; front++) {
      for (const behind of [0, 1, 2, 3]) {
        const bytes = Buffer.concat([noise(front), needle, noise(behind, 2)])
        const odd = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1)
        expect(byTable(bytes, 0, bytes.length)).toEqual(oneByOne(bytes, 0, bytes.length))
        expect(byTable(odd, 0, odd.length)).toEqual(oneByOne(odd, 0, odd.length))
        expect(byTable(bytes, 0, bytes.length).length).toBeGreaterThan(0)
      }
    }
  }
})

test('reports what begins between two places, and nothing else', () => {
  const bytes = Buffer.concat(signatures.flatMap(({ needle }, i) => [noise(i % 5, i + 1), needle]))
  for (let from = 0; from < bytes.length; from++) {
    for (const to of [from, from + 1, from + 2, from + 7, bytes.length]) {
      const end = Math.min(to, bytes.length)
      expect(byTable(bytes, from, end), `${from} to ${end}`).toEqual(oneByOne(bytes, from, end))
    }
  }
})
