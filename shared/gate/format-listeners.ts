import { activeScanner } from './active/active-content.ts'
import { RegionScanner } from './active/region-scanner.ts'
import { hasDamagedStart, nextHeader } from './containers/cpio/header.ts'
import { AppendedSniffer } from './executables/appended-sniffer.ts'
import { EmbeddedSniffer } from './executables/embedded-sniffer.ts'
import { endOf } from './executables/file-ends.ts'
import type { Listener } from './io/byte-stream.ts'
import type { Detected } from './types/detect.ts'
import type { Sample } from './types/sample.ts'

/** Where the listeners below bring what they find. Each may throw, to end the reading. */
export type FormatFindings = {
  executable(detail: string): void
  archive(detail: string): void
  /** `at` is the place behind the file's path. */
  active(at: string, detail: string): void
  engine(name: string): void
}

/** What looks at the bytes of a known format as they come by, besides what looks at all content. */
export function formatListeners(type: Detected, name: string, sample: Sample, found: FormatFindings): Listener[] {
  const listeners: Listener[] = []
  const end = endOf(type.id, sample.head)
  if (end !== null) {
    const tell = (what: string) => `${what} behind the end of the ${type.label.en}`
    listeners.push(new AppendedSniffer(end, ({ kind, name: what }) => found[kind](tell(what))))
  }
  if (type.family === 'ole2') {
    listeners.push(new EmbeddedSniffer((kind) => found.executable(`${kind} inside the document`)))
  }
  if (hasDamagedStart(sample.head)) listeners.push(cpioSniffer(found))
  const active = activeScanner(type, name, found.active)
  if (active !== null) {
    found.engine('active')
    listeners.push(active)
  }
  return listeners
}

function cpioSniffer(found: FormatFindings): Listener {
  return new RegionScanner(({ bytes, from, to }) => {
    if (nextHeader(bytes, from, to) !== -1) found.archive('a cpio archive behind a damaged header')
  })
}
