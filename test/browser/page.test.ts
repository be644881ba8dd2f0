import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { noise } from '../support/archives/bytes.ts'
import { binaryStl, lsdynaDeck, openfoamField } from '../support/archives/cae.ts'
import { peFile } from '../support/archives/executables.ts'
import { REPOSITORY } from '../support/repository.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'
import { testToken } from '../support/tokens.ts'
import { send, settled } from '../support/tus.ts'
import { until } from '../support/until.ts'
import { launchChromium } from './chromium.ts'
import { type Desk, openDesk, throttle, writeFiles } from './desk.ts'
import { type PageSite, startPageSite } from './page-site.ts'

let site: PageSite
let browser: Browser
let files: TempFolder
let desk: Desk
/** Its session ends while the other tests run: opened first, looked at last, with time enough to be opened. */
let brief: Desk
const linkOf = (sub: string, groups: string[] = []) => `${site.url}/#token=${testToken({ sub, groups })}`
const onDisk = (path: string, user = 'engineer') => readFile(join(site.root, 'users', user, 'jobs', path))

beforeAll(async () => {
  const [started, chromium, folder] = await Promise.all([startPageSite(), launchChromium(), makeTempFolder('drop')])
  site = started
  browser = chromium.browser
  files = folder
  process.stderr.write(`the page is tried in Chromium ${browser.version()} from ${chromium.from}\n`)
  brief = await openDesk(browser, `${site.url}/#token=${testToken({ sub: 'brief', expiresIn: 12 })}`)
  desk = await openDesk(browser, linkOf('engineer'))
})
afterAll(async () => {
  await browser?.close()
  await files?.remove()
  expect(await site?.stop()).toEqual([0, 0, 0, 0, 0])
})

test('a signed-in link opens the page and leaves no token in the address bar', async () => {
  expect(desk.page.url()).toBe(`${site.url}/`)
  await expect(desk.page.locator('.user').textContent()).resolves.toBe('engineer')
  await desk.page.getByText('Nothing here yet').waitFor()
})

test('a good and a bad file: both verdicts arrive without reloading', async () => {
  const { page, row } = desk
  await page.evaluate('document.body.dataset.loaded = "once"')
  await desk.drop(await writeFiles(files.path, { 'plate.k': lsdynaDeck(), 'solver.exe': peFile() }))
  await row('plate.k').getByText('Complete').waitFor()
  await row('solver.exe').getByText('Quarantined').waitFor()
  await row('solver.exe').getByText('A name that the system would run as a program').waitFor()
  await row('solver.exe').getByText('Rename the file if it is data').waitFor()
  expect(await row('solver.exe').getByRole('button', { name: 'Download' }).count()).toBe(0)
  expect(await page.evaluate('document.body.dataset.loaded')).toBe('once')
  expect(await onDisk('inbox/plate.k')).toEqual(lsdynaDeck())
})

test('a folder keeps its tree, under the job of the form', async () => {
  const { page, row } = desk
  await page.getByRole('textbox', { name: 'Job' }).fill('case-7')
  await writeFiles(join(files.path, 'cavity'), {
    'case.foam': Buffer.alloc(0),
    '0/U': openfoamField(1),
    '0/p': openfoamField(2),
    'geometry/날개.stl': binaryStl(),
  })
  await desk.drop([join(files.path, 'cavity')])
  for (const path of ['cavity/case.foam', 'cavity/0/U', 'cavity/0/p', 'cavity/geometry/날개.stl'])
    await row(path).getByText('Complete').waitFor()
  expect(await onDisk('case-7/cavity/0/p')).toEqual(openfoamField(2))
  expect(await onDisk('case-7/cavity/geometry/날개.stl')).toEqual(binaryStl())
  await page.getByText('Drop files or a folder here').waitFor()
})

test('what was sent can be downloaded, byte for byte', async () => {
  const { page, row } = desk
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    row('cavity/geometry/날개.stl').getByRole('button', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('날개.stl')
  expect(await readFile(await download.path())).toEqual(binaryStl())
})

test('deleting asks first, then the file is gone', async () => {
  const { page, row } = desk
  await row('plate.k').getByRole('button', { name: 'Delete' }).click()
  await page.keyboard.press('Escape')
  await row('plate.k').waitFor()
  await row('plate.k').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await row('plate.k').waitFor({ state: 'detached' })
  await until('the file to be gone', () =>
    onDisk('inbox/plate.k').then(
      () => false,
      () => true,
    ),
  )
})

test('the table narrows by state and by text, and opens to what is known', async () => {
  const { page, row } = desk
  await page.getByRole('button', { name: /^Quarantined/ }).click()
  await row('cavity/0/U').waitFor({ state: 'detached' })
  await row('solver.exe').getByRole('button', { name: 'solver.exe', exact: true }).click()
  await row('solver.exe').getByText('Upload id').waitFor()
  await page.getByRole('button', { name: /^All/ }).click()
  await page.getByRole('searchbox').fill('GEOMETRY')
  await row('cavity/0/U').waitFor({ state: 'detached' })
  await row('cavity/geometry/날개.stl').waitFor()
  await page.getByRole('searchbox').fill('')
  await row('cavity/0/U').waitFor()
})

test('the page speaks Korean when asked', async () => {
  const { page, row } = desk
  await page.getByRole('button', { name: '한국어' }).click()
  await row('solver.exe').getByText('실행 파일로 취급되는 이름입니다').waitFor()
  await page.getByText('파일이나 폴더를 끌어다 놓거나').waitFor()
  expect(await page.evaluate('document.documentElement.lang')).toBe('ko')
  await page.getByRole('button', { name: 'EN' }).click()
  await page.getByText('Drop files or a folder here').waitFor()
})

test('no complaint in the console, and nothing the policy forbids', async () => {
  const picture = join(REPOSITORY, 'var/page-test.png')
  await mkdir(dirname(picture), { recursive: true })
  await desk.page.screenshot({ path: picture })
  expect(desk.complaints).toEqual([])
  const policy = (await desk.page.request.get(site.url)).headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'self'")
  expect(policy).not.toMatch(/script-src|unsafe-eval/)
})

describe('in windows of their own', () => {
  test('a name that is taken is refused in words, and sent again under another rule', async () => {
    const window = await openDesk(browser, linkOf('refuser'))
    const paths = await writeFiles(files.path, { 'twice.k': lsdynaDeck(3) })
    await window.drop(paths)
    await window.row('twice.k').getByText('Complete').waitFor()
    await window.page.getByLabel('If the name exists').selectOption('refuse')
    await window.drop(paths)
    await window.page
      .getByRole('alert')
      .getByText(/^twice\.k Conflict: .*the job has a file of this name/)
      .waitFor()
    await window.page.getByLabel('If the name exists').selectOption('rename')
    await window.page.getByRole('button', { name: 'Try again' }).click()
    await window.row('twice (2).k').getByText('Complete').waitFor()
    await window.close()
  })

  test('an upload that was cut by a reload goes on where it was', async () => {
    const window = await openDesk(browser, linkOf('resumer'))
    const content = noise(12 * MIB)
    const paths = await writeFiles(files.path, { 'long.h5': content })
    await throttle(window.cdp, MIB)
    await window.drop(paths)
    await window
      .row('long.h5')
      .getByText(/[1-9]\d? %/)
      .waitFor()
    const id = await window.row('long.h5').getAttribute('data-upload')
    await window.page.reload()
    await window.row('long.h5').getByText('Receiving').waitFor()
    await throttle(window.cdp, undefined)
    await window.drop(paths)
    await window
      .row('long.h5')
      .getByText(/Complete|Quarantined/)
      .waitFor()
    expect(await window.page.locator('tbody').count()).toBe(1)
    expect(await window.row('long.h5').getAttribute('data-upload')).toBe(id)
    await window.close()
  })

  test('what happened while the live connection was away is there when it is back', async () => {
    const token = testToken({ sub: 'patient' })
    const window = await openDesk(browser, `${site.url}/#token=${token}`)
    await window.drop(await writeFiles(files.path, { 'before.k': lsdynaDeck(5) }))
    await window.row('before.k').getByText('Complete').waitFor()
    site.realtime.process.kill('SIGKILL')
    await site.realtime.process.exited
    await window.page.locator('.link[data-link=lost]').waitFor()
    const { id } = await send(site.url, token, lsdynaDeck(6), { filename: 'meanwhile.k' })
    await settled(site.url, token, id)
    site.realtime.process = await site.realtime.start()
    await window.page.locator('.link[data-link=live]').waitFor()
    await window.row('meanwhile.k').getByText('Complete').waitFor()
    await window.close()
  })

  test('an administrator sees what everybody sent, and whose it is', async () => {
    const window = await openDesk(browser, linkOf('boss', ['admin']))
    await window.page.getByText('Nothing here yet').waitFor()
    await window.page.getByLabel('All users').check()
    await window.row('solver.exe').getByText('engineer').waitFor()
    await window.row('twice.k').getByText('refuser').waitFor()
    await window.close()
  })

  test('a session that ended says so and keeps nothing', async () => {
    await brief.page.getByText('Your session has ended').waitFor()
    expect(await brief.page.evaluate('localStorage.getItem("jwt_token")')).toBeNull()
    await brief.close()
  })

  test('so does one whose end the page sees by the clock alone', async () => {
    const window = await openDesk(browser, linkOf('sleeper'))
    await window.page.clock.install()
    await window.page.reload()
    await window.page.locator('.user').getByText('sleeper').waitFor()
    await window.page.clock.fastForward('02:00:00')
    await window.page.getByText('Your session has ended').waitFor()
    expect(await window.page.evaluate('localStorage.getItem("jwt_token")')).toBeNull()
    await window.close()
  })
})
