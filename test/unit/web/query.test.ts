import { expect, test } from 'vitest'
import { countByFilter, EVERYTHING, type Query, selectRows } from '../../../services/web/src/core/query.ts'
import { emptyUploads, foldUploads } from '../../../services/web/src/core/uploads.ts'
import { upload } from './upload-fixture.ts'

const rows = [
  upload({ id: '1', path: 'mesh/A.k', job_id: 'crash-1', state: 'complete' }),
  upload({ id: '2', path: 'fan.cgns', state: 'scanning' }),
  upload({ id: '3', path: 'solver.exe', state: 'quarantined' }),
  upload({ id: '4', path: 'other.k', owner: 'jpark', state: 'held' }),
]
const uploads = foldUploads(emptyUploads('engineer'), {
  kind: 'page',
  page: { uploads: rows, after: null, last: true, exact: true, owner: null },
})

const cases: [string, Partial<Query>, string[]][] = [
  ['own uploads, newest first', {}, ['3', '2', '1']],
  ['everybody’s', { everyone: true }, ['4', '3', '2', '1']],
  ['by state', { filter: 'quarantined' }, ['3']],
  ['what is under way', { filter: 'underway' }, ['2']],
  ['by part of the path, whatever its case', { text: ' MESH/a' }, ['1']],
  ['by job', { text: 'crash' }, ['1']],
  ['by both', { text: 'mesh', filter: 'held' }, []],
]
test.each(cases)('%s', (_name, query, want) =>
  expect(selectRows(uploads, { ...EVERYTHING, ...query }).map(({ id }) => id)).toEqual(want),
)

test('the filters say how many they would show', () => {
  const all = { all: 4, underway: 1, complete: 1, quarantined: 1, held: 1 }
  expect(countByFilter(uploads, { ...EVERYTHING, everyone: true })).toEqual(all)
  expect(countByFilter(uploads, { ...EVERYTHING, text: 'mesh', filter: 'held' })).toEqual({
    all: 1,
    underway: 0,
    complete: 1,
    quarantined: 0,
    held: 0,
  })
})
