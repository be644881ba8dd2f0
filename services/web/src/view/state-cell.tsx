import type { UploadView } from '#shared/contracts/upload-view.ts'
import { formatBytes, formatCount, percentOf } from '../core/format.ts'
import type { ScanProgress } from '../core/uploads.ts'
import { useSpeech } from '../state/use-language.ts'

type Props = { readonly upload: UploadView; readonly scan: ScanProgress | undefined }

/** Three chambers, as a file passes them: received, scanned, decided. The words beside them say the same. */
export function StateCell({ upload, scan }: Props) {
  const { language, say } = useSpeech()
  const { state, length, received } = upload
  const receivedShare = state === 'receiving' ? percentOf(received, length) : 100
  const scanShare = state === 'scanning' && scan !== undefined ? percentOf(scan.bytes, scan.total) : undefined
  const progress =
    state === 'receiving'
      ? length === null
        ? say('of_unknown', { size: formatBytes(received) })
        : `${receivedShare} %`
      : scanShare === undefined
        ? ''
        : `${scanShare} %`
  const entries =
    scan !== undefined && scan.entries > 1 ? say('entries', { n: formatCount(scan.entries, language) }) : ''
  return (
    <span className="state" data-state={state} title={scan === undefined ? entries : `${scan.stage} ${entries}`}>
      <span className="lock" aria-hidden="true">
        <Chamber share={receivedShare} strong={state === 'receiving'} />
        <Chamber share={scanWidth(state, scanShare)} strong={scanShare !== undefined} />
        <Chamber share={isDecided(state) ? 100 : 0} strong />
      </span>
      <span className="state-word">{say(`state_${state}`)}</span>
      {progress !== '' && <span className="progress">{progress}</span>}
    </span>
  )
}

type ChamberProps = { readonly share: number; readonly strong: boolean }

/** One element without a child, clip or transition: hundreds of them change at once when a folder is sent. */
const Chamber = ({ share, strong }: ChamberProps) => (
  <span className="chamber" data-strong={strong} style={{ backgroundSize: `${share}% 100%` }} />
)

const isDecided = (state: UploadView['state']) => state === 'complete' || state === 'quarantined' || state === 'held'

/** The second chamber is empty before the scan and full after it. */
function scanWidth(state: UploadView['state'], share: number | undefined): number {
  if (state === 'scanning') return share ?? 100
  return isDecided(state) ? 100 : 0
}
