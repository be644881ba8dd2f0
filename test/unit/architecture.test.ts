import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY } from '../support/repository.ts'

const ROOTS = ['services', 'workers', 'shared']
const IMPORT = /(?:^|\n)(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"]([^'"\n]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

const sources = (folder: string): string[] =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/node_modules|\/dist/.test(entry.parentPath))
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)))

type Edge = { from: string; to: string }

/** A file's imports: files of this repository by their path in it, packages and node: modules by their name. */
function importsOf(file: string): Edge[] {
  const text = readFileSync(join(REPOSITORY, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? ''
    if (name.startsWith('#shared/')) return { from: file, to: name.replace('#shared/', 'shared/') }
    if (name.startsWith('.')) return { from: file, to: relative(REPOSITORY, resolve(REPOSITORY, dirname(file), name)) }
    return { from: file, to: name }
  })
}

const files = ROOTS.flatMap(sources)
const edges = files.flatMap(importsOf)
const isOurs = (name: string) => ROOTS.some((root) => name.startsWith(`${root}/`))
const show = ({ from, to }: Edge) => `${from} → ${to}`

/** Floor of each folder of shared: an import may go down or stay on its floor. */
const FLOORS: Record<string, number> = {
  domain: 0,
  contracts: 1,
  config: 1,
  runtime: 1,
  gate: 2,
  antivirus: 2,
  redis: 2,
  storage: 2,
  queue: 2,
  uploads: 3,
  scanning: 3,
}
const floorOf = (file: string) => FLOORS[file.split('/')[1] ?? '']

test('the test sees the code', () => {
  expect(files.length).toBeGreaterThan(80)
  expect(edges.filter(({ to }) => isOurs(to)).length).toBeGreaterThan(150)
})

test('shared/domain imports only itself: no package, no node: module', () => {
  const wrong = edges.filter(({ from, to }) => from.startsWith('shared/domain/') && !to.startsWith('shared/domain/'))
  expect(wrong.map(show)).toEqual([])
})

test('inside shared, imports go down or stay on their floor', () => {
  const inside = edges.filter(({ from, to }) => from.startsWith('shared/') && to.startsWith('shared/'))
  expect(inside.filter(({ from }) => floorOf(from) === undefined).map(show)).toEqual([])
  expect(inside.filter(({ from, to }) => (floorOf(to) ?? 9) > (floorOf(from) ?? 9)).map(show)).toEqual([])
})

test('the gate knows no queue, no Redis, no owner: only itself and the domain', () => {
  const wrong = edges.filter(
    ({ from, to }) => from.startsWith('shared/gate/') && isOurs(to) && !/^shared\/(gate|domain)\//.test(to),
  )
  expect(wrong.map(show)).toEqual([])
})

test('no service or worker imports another one, and shared imports neither', () => {
  const unit = (file: string) => file.split('/').slice(0, 2).join('/')
  const wrong = edges.filter(({ from, to }) => isOurs(to) && !to.startsWith('shared/') && unit(from) !== unit(to))
  expect(wrong.map(show)).toEqual([])
})

test('in a service, use cases know neither HTTP nor tus', () => {
  const wrong = edges.filter(
    ({ from, to }) =>
      from.includes('/use-cases/') && (/\/(http|tus)\//.test(to) || /^(express|@tus\/server|node:http)$/.test(to)),
  )
  expect(wrong.map(show)).toEqual([])
})

test('there is no circle', () => {
  const next = Map.groupBy(
    edges.filter(({ to }) => isOurs(to)),
    ({ from }) => from,
  )
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error(`circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`)
    if (done.has(file)) return
    for (const { to } of next.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
})

test('imports name their file with its ending, and no file grows past the wall of 300 lines', () => {
  const bare = edges.filter(({ to }) => isOurs(to) && !/\.(tsx?|json|css|lua|svg)$/.test(to))
  expect(bare.map(show)).toEqual([])
  const long = files.filter((file) => readFileSync(join(REPOSITORY, file), 'utf8').split('\n').length > 300)
  expect(long).toEqual([])
})

test('only main.ts and the scan process touch `process` of a service or worker', () => {
  const touching = files.filter(
    (file) =>
      /^(services|workers)\//.test(file) &&
      !file.startsWith('services/web/') &&
      /(?<![.\w'"-])process\.(env|exit|on|once|argv|send)\b/.test(readFileSync(join(REPOSITORY, file), 'utf8')),
  )
  expect(touching.filter((file) => !/\/main\.ts$|scan-child\.ts$/.test(file))).toEqual([])
})
