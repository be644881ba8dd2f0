import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  booleanItem,
  byteSequences,
  integerDictionary,
  integerItem,
} from '../../../services/api/ietf/structured-fields.ts'

function withField(value: string): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  req.headers['x-field'] = value
  return req
}
const absent = new IncomingMessage(new Socket())

describe('an Integer item', () => {
  test.each([
    ['0', 0],
    [' 17 ', 17],
    ['007', 7],
    ['999999999999999', 999_999_999_999_999],
    ['5;a;b=?1;c="x;y";d=:AA==:;e=tok/en;f=1.5;*g=-3;h=@17;i=%"%c3%bc"', 5],
  ])('%s', (text, value) => expect(integerItem(withField(text), 'X-Field')).toBe(value))

  test.each([
    '',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    '1, 2',
    '1 2',
    '"1"',
    '?1',
    '1;',
    '1;A',
    '1;a=',
    '1000000000000000',
    'a',
  ])('refused: %s', (text) => expect(() => integerItem(withField(text), 'X-Field')).toThrow('Cannot read X-Field'))
  test('absent', () => expect(integerItem(absent, 'X-Field')).toBeUndefined())
})

describe('a Boolean item', () => {
  test.each([
    ['?1', true],
    [' ?0 ', false],
    ['?1;why="because"', true],
  ])('%s', (text, value) => expect(booleanItem(withField(text), 'X-Field')).toBe(value))

  test.each(['', '1', '0', 'true', '?2', '??1', '?1, ?1', '? 1', '?1;', '"?1"'])('refused: %s', (text) =>
    expect(() => booleanItem(withField(text), 'X-Field')).toThrow('Cannot read X-Field'),
  )
  test('absent', () => expect(booleanItem(absent, 'X-Field')).toBeUndefined())
})

describe('a Dictionary of Byte Sequences', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['', {}],
    ['sha-256=:AQI=:', { 'sha-256': '0102' }],
    ['sha-256=:AQI=:;p=1, sha-512=:AwQ=:', { 'sha-256': '0102', 'sha-512': '0304' }],
    [
      'a,b=?0 ,\tc=(1 "x";y);z, d=tok, sha-256=:AQI=:',
      { a: undefined, b: undefined, c: undefined, d: undefined, 'sha-256': '0102' },
    ],
    ['sha-256=:AQI=:, sha-256=:AwQ=:', { 'sha-256': '0304' }],
    ['sha-256=tok', { 'sha-256': undefined }],
  ])('%s', (text, members) => {
    const hex = [...byteSequences(withField(text), 'X-Field')].map(([key, bytes]) => [key, bytes?.toString('hex')])
    expect(Object.fromEntries(hex)).toEqual(members)
  })

  test.each([
    'sha-256=:AQI=:,',
    ',a',
    'sha-256=:AQI',
    'SHA-256=:AQI=:',
    'sha-256=:A*I=:',
    'a=(1',
    'a=1 b=2',
    'a="x',
    'a=?1x',
  ])('refused: %s', (text) => expect(() => byteSequences(withField(text), 'X-Field')).toThrow('Cannot read X-Field'))
})

test('a Dictionary of Integers holds no more than 15 digits, and leaves out what is undefined', () =>
  expect(integerDictionary({ 'max-size': 2 ** 53, gone: undefined, 'max-age': 1.9 })).toBe(
    'max-size=999999999999999, max-age=1',
  ))
