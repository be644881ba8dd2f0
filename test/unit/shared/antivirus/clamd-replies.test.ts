import { expect, test } from 'vitest'
import { parseStreamReply, parseVersionReply } from '#shared/antivirus/clamd-replies.ts'

test.each([
  ['stream: OK', { kind: 'ok' }],
  ['stream: Win.Test.EICAR_HDB-1 FOUND', { kind: 'found', signature: 'Win.Test.EICAR_HDB-1' }],
  ['stream: Eicar-Test.UNOFFICIAL FOUND', { kind: 'found', signature: 'Eicar-Test.UNOFFICIAL' }],
  ['stream: \u001b[2J FOUND', { kind: 'found', signature: 'a signature of unusual name' }],
  ['INSTREAM size limit exceeded. ERROR', { kind: 'limit' }],
  ['stream: Heuristics.Limits.Exceeded FOUND', { kind: 'limit' }],
  ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND', { kind: 'limit' }],
  ['stream: Heuristics.Encrypted.Zip FOUND', { kind: 'encrypted', signature: 'Heuristics.Encrypted.Zip' }],
  ["stream: Can't allocate memory ERROR", { kind: 'fault' }],
  ['UNKNOWN COMMAND', { kind: 'fault' }],
  ['COMMAND READ TIMED OUT', { kind: 'fault' }],
  ['stream: OK ', { kind: 'fault' }],
  ['OK', { kind: 'fault' }],
  ['', { kind: 'fault' }],
])('the answer %j', (text, want) => expect(parseStreamReply(text)).toEqual(want))

test.each([
  ['ClamAV 1.4.3/27000/Mon Jan  5 08:22:31 2026', 'clamav 1.4.3/27000'],
  ['ClamAV 1.0.9~beta/27000/', 'clamav 1.0.9~beta/27000'],
  ['ClamAV 1.4.6', 'clamav 1.4.6'],
  ['ClamAV', undefined],
  ['UNKNOWN COMMAND', undefined],
  ['HTTP/1.1 400 Bad Request', undefined],
])('the version %j', (text, want) => expect(parseVersionReply(text)).toBe(want))
