import { open } from 'node:fs/promises'
import type { Container, ContainerReader } from '../../content.ts'
import { requireDecoder } from '../../decoders/start-decoder.ts'
import { formatBytes } from '../../format-figures.ts'
import { type RandomAccess, RangeStream } from '../../io/random-access.ts'
import { spoolInFile } from '../../io/spool.ts'
import { GateProblem } from '../../problem.ts'
import type { Label } from '../../types/format.ts'
import { checkGap } from '../gap.ts'
import { readByBsdtar } from './bsdtar.ts'
import { crcCheckingJudge } from './crc-checking-judge.ts'
import { listSevenZip } from './list-seven-zip.ts'

/** Signature, version, CRC; then where the header at the end lies, and how long it is (7zFormat.txt). */
const START = 32

/** 7z: its header stands at the end, so its decoder must be able to move and gets the file itself, read-only. */
export const sevenZipReader: ContainerReader = {
  family: '7z',
  engine: '7z',
  needs: 'anywhere',
  async read(container, access) {
    requireDecoder(container.inspection, 'bsdtar', '7z', container.content.place)
    await checkEnd(container, access)
    return access.fd === undefined ? readCopy(container, access) : readFile(container, access.fd)
  },
}

/** Whatever follows is for another tool than the one the name suggests. */
async function checkEnd(container: Container, access: RandomAccess): Promise<void> {
  const { place } = container.content
  const start = Buffer.alloc(START)
  const length = await access.read(start, 0)
  const end = START + Number(start.readBigUInt64LE(12)) + Number(start.readBigUInt64LE(20))
  if (length < START || end > access.size) {
    const missing = length < START ? '' : `: ${formatBytes(end - access.size)} are missing`
    throw new GateProblem('not_inspectable', place, `cut off${missing}`)
  }
  await checkGap(access, end, access.size, container)
}

/** A member of another archive, or one that was held in memory. */
async function readCopy(container: Container, access: RandomAccess): Promise<Label | null> {
  const { inspection, content } = container
  let held = 0
  const charge = (bytes: number) => {
    held += bytes
    inspection.spool(bytes, content.place)
  }
  try {
    await using copy = await spoolInFile(new RangeStream(access), charge)
    if (copy.access.fd === undefined) throw new Error('Cannot decode 7z: its copy is in no file')
    return await readFile(container, copy.access.fd)
  } finally {
    inspection.spool(-held, content.place)
  }
}

async function readFile(container: Container, fd: number): Promise<Label | null> {
  // Opened anew: read-only whatever ours is, and with a position of its own, which the decoder moves.
  await using own = await open(`/proc/self/fd/${fd}`, 'r')
  const list = await listSevenZip(container, own.fd)
  // Whatever the policy makes of that: members that are not encrypted are judged as far as bsdtar gets.
  if (list?.isEncrypted === true) abandonEncrypted(container)
  const walker = list === null ? container.walker : crcCheckingJudge(container.walker, list.crcs)
  try {
    return await readByBsdtar({ ...container, walker }, own.fd, '7z')
  } catch (error) {
    if (!(error instanceof GateProblem) || list === null || !isVague(error.message)) throw error
    if (list.isEncrypted) return null
    const detail = `damaged, or packed by a method that is not supported (${[...list.methods].join('; ')})`
    throw new GateProblem(error.code, error.place, detail)
  }
}

function abandonEncrypted({ inspection, content }: Container): void {
  inspection.abandon(new GateProblem('not_inspectable', content.place, 'encrypted'), content.place)
}

/** bsdtar says "(null)" whether a 7z is damaged or packed by a method it lacks. */
const isVague = (message: string): boolean => message.startsWith('damaged: the decoder gave up')
