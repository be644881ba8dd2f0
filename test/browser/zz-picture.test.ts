import { mkdir } from 'node:fs/promises'
import { test } from 'vitest'
import { zipBomb } from '../support/archives/bombs.ts'
import { noise } from '../support/archives/bytes.ts'
import { fmuLike, hdf5File, lsdynaDeck, momentsCsv, sbatchScript } from '../support/archives/cae.ts'
import { peFile } from '../support/archives/executables.ts'
import { zipOf } from '../support/archives/zip.ts'
import { makeTempFolder } from '../support/temp.ts'
import { testToken } from '../support/tokens.ts'
import { send, settled } from '../support/tus.ts'
import { launchChromium } from './chromium.ts'
import { openDesk, throttle, writeFiles } from './desk.ts'
import { startPageSite } from './page-site.ts'
test('picture', async () => {
  const site = await startPageSite(); const { browser } = await launchChromium(); const files = await makeTempFolder('drop')
  const token = testToken({ sub: 'engineer' })
  const put = async (job_id: string, relativePath: string, body: Buffer) => {
    const { id } = await send(site.url, token, body, { filename: relativePath.split('/').at(-1) ?? '', job_id, relativePath })
    return settled(site.url, token, id)
  }
  await put('crash-2041', 'vehicle/barrier_odb.k', lsdynaDeck(60_000))
  await put('crash-2041', 'run_crash.sbatch', sbatchScript())
  await put('inbox', 'report.txt.exe', peFile({ size: 241_000 }))
  await put('crash-2041', 'vehicle/section_forces.csv', momentsCsv(20_000))
  await put('fan-cfd', 'mesh/fan_rotor.cgns', hdf5File({ size: 48 << 20 }))
  await put('cosim', 'hvac_plant.fmu', fmuLike([{ name: 'resources/map.bin', data: noise(3 << 20) }]))
  await put('fan-cfd', 'archive/results_2019.zip', zipBomb())
  await put('crash-2041', '충돌해석_결과.csv', momentsCsv(9000))
  await put('cosim', 'tools.zip', zipOf([{ name: 'readme.txt', data: 'x' }, { name: 'bin/solve.dat', data: peFile({ size: 90_000 }) }]))
  await put('fan-cfd', 'probes.csv', Buffer.from(`#!/bin/sh\necho hi\n`))
  for (const [name, options] of Object.entries({ light: {}, dark: { colorScheme: 'dark' }, ko: { locale: 'ko-KR' } }) as [string, object][]) {
    const desk = await openDesk(browser, `${site.url}/#token=${token}`, options as never).catch(() => undefined)
    if (!desk) { console.log('no', name); continue }
    await desk.page.getByRole('textbox').first().fill('crash-2041')
    const [big] = await writeFiles(`${files.path}/${name}/vehicle`, { binout0000: noise(60 << 20) })
    await desk.page.evaluate('document.activeElement.blur()'); await throttle(desk.cdp, 2 << 20)
    await desk.drop([`${files.path}/${name}/vehicle`])
    await desk.row('vehicle/binout0000').getByText(/[3]\d %/).waitFor()
    void send(site.url, token, hdf5File({ size: 300 << 20 }), { filename: 'fan_stage.h5', job_id: 'fan-cfd', relativePath: 'results/fan_stage.h5' })
    await desk.page.locator('tbody', { hasText: 'fan_stage' }).locator('.state[data-state=scanning] .progress').first().waitFor({ timeout: 15000 }).catch(() => console.log('no scan %'))
    await mkdir('/work/main/var', { recursive: true })
    await desk.page.screenshot({ path: `/work/main/var/page-${name}.png` })
    await desk.page.getByRole('button', { name: /Cancel|취소/ }).first().click().catch(() => {})
    await desk.page.waitForTimeout(1500)
    await desk.page.screenshot({ path: `/work/main/var/page-${name}-after.png` })
    await desk.close()
  }
  await browser.close(); await site.stop(); await files.remove()
}, 200_000)
