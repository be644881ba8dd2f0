import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Browser, BrowserContextOptions, CDPSession, Locator, Page } from 'playwright-core'

export type Desk = {
  readonly page: Page
  readonly cdp: CDPSession
  /** What the console and the page complained of, policy violations among it. */
  readonly complaints: string[]
  /** Drops files and folders of this disk, as a hand would. */
  drop(paths: readonly string[]): Promise<void>
  /** The row of an upload, by its path. */
  row(path: string): Locator
  close(): Promise<void>
}

/** A browser window of its own, with the page opened by a signed-in link. */
export async function openDesk(browser: Browser, link: string, options: BrowserContextOptions = {}): Promise<Desk> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const cdp = await context.newCDPSession(page)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto(link)
  await page.locator('.link[data-link=live]').waitFor()
  return {
    page,
    cdp,
    complaints,
    drop: (paths) => dropOn(page, cdp, paths),
    row: (path) => page.locator('tbody').filter({ has: page.locator('.path').getByText(path, { exact: true }) }),
    close: () => context.close(),
  }
}

/** Through the protocol: a drop made in the page itself knows no folders. */
async function dropOn(page: Page, cdp: CDPSession, paths: readonly string[]): Promise<void> {
  const place = page.locator('.uppy-Dashboard-inner')
  await place.scrollIntoViewIfNeeded()
  const box = await place.boundingBox()
  if (box === null) throw new Error('There is no place to drop files on')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, x, y, data })
}

/** Writes files, by path below `folder`; answers their paths on disk. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Buffer>>): Promise<string[]> {
  const paths: string[] = []
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    paths.push(path)
  }
  return paths
}

/** Bytes a second the browser may send; undefined: as many as it can. */
export const throttle = (cdp: CDPSession, bytesPerSecond: number | undefined) =>
  cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond ?? -1,
  })
