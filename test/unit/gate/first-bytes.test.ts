import { expect, test } from 'vitest'
import { FORMATS } from '#shared/gate/types/detect.ts'
import { firstBytesOf } from '#shared/gate/types/first-bytes.ts'
import { mayBe } from '#shared/gate/types/probes.ts'
import { Sample } from '#shared/gate/types/sample.ts'

const letters = (pattern: RegExp): string | undefined => {
  const bytes = firstBytesOf(pattern)
  return (
    bytes &&
    String.fromCharCode(...[...bytes].filter((byte) => byte > 32 && byte < 127))
      .split('')
      .sort()
      .join('')
  )
}

test.each([
  [/^FMS: \d+\r?\n/, 'F'],
  [/^\s*CONTROL INFO/, 'C'],
  [/^ply\r?\n/i, 'Pp'],
  [/^\s*(?:TITLE|ZONE)\s*=/i, 'TZtz'],
  [/^\s*<\?xml\b/, '<'],
])('%s begins with %s', (pattern, wanted) => expect(letters(pattern)).toBe(wanted))

test.each([
  /FoamFile/,
  /^FMS/m,
  /^a|b/,
  /^a*b/,
  /^a?b/,
  /^a{0,1}b/,
  /^(?:a|b)?c/,
  /^(?:a|[bc])d/,
  /^(?:a|b)|c/,
  /^[ab]/,
  /^\d/,
  /^.a/,
  /^\s*(?:#[^\n]*\n)*a/,
])('of %s nothing is said', (pattern) => expect(firstBytesOf(pattern)).toBeUndefined())

test('white space before, and the mark of an encoding, keep no pattern from being asked', () => {
  const bytes = firstBytesOf(/^\s*CONTROL/)
  for (let byte = 0; byte < 256; byte++) {
    const isWhite = /\s/.test(String.fromCharCode(byte))
    if (isWhite || [0xef, 0xfe, 0xff].includes(byte)) expect(bytes?.has(byte), String(byte)).toBe(true)
  }
})

test('no format says yes to a first byte it is not asked about', () => {
  const bodies = [
    '',
    'TITLE = x',
    ' CONTROL INFO',
    'ply\n',
    '<svg a>',
    '070701',
    '\x1f\x9d\x90a',
    'BZh91AY&SY',
    'AC1015\0',
  ]
  const missed: string[] = []
  for (const body of bodies) {
    for (let byte = 0; byte < 256; byte++) {
      const head = Buffer.concat([Buffer.from([byte]), Buffer.from(body, 'latin1'), Buffer.alloc(80, 32)])
      const sample = new Sample(head, head.length)
      for (const { id, probe } of FORMATS) {
        if (probe !== null && !mayBe(probe, byte, sample.isText) && probe(sample)) missed.push(`${id} behind ${byte}`)
      }
    }
  }
  expect(missed).toEqual([])
})
