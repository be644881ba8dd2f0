import type { UploadView } from '#shared/contracts/upload-view.ts'
import type { Finding } from '#shared/domain/verdict.ts'
import { findingWords } from '../core/finding-words.ts'
import { formatCount } from '../core/format.ts'
import { useSpeech } from '../state/use-language.ts'

/** More than these are in the details. */
export const SHOWN_IN_ROW = 3

/** Under the row, without asking: what kept the file from going through, and what looked odd. */
export function VerdictLines({ upload, columns }: { readonly upload: UploadView; readonly columns: number }) {
  const { say } = useSpeech()
  const { verdict, state } = upload
  const decided = state === 'complete' || state === 'quarantined' || state === 'held'
  const reasons = decided && state !== 'complete' ? (verdict?.reasons ?? []) : []
  const warnings = decided ? (verdict?.warnings ?? []) : []
  const sentence = state === 'held' ? say('held_why') : state === 'expired' ? say('expired_why') : ''
  if (reasons.length === 0 && warnings.length === 0 && sentence === '') return null
  return (
    <tr className="verdict">
      <td colSpan={columns}>
        <ul className="findings">
          {sentence !== '' && (
            <li className="finding" data-kind={state === 'held' ? 'held' : 'reason'}>
              {sentence}
              {upload.held_reason !== null && <span className="detail"> {upload.held_reason}</span>}
            </li>
          )}
          <FindingLines findings={reasons} kind="reason" />
          <FindingLines findings={warnings} kind="warning" />
        </ul>
      </td>
    </tr>
  )
}

type LinesProps = {
  readonly findings: readonly Finding[]
  readonly kind: 'reason' | 'warning' | 'note'
  readonly most?: number
}

export function FindingLines({ findings, kind, most = SHOWN_IN_ROW }: LinesProps) {
  const { language, say } = useSpeech()
  const rest = findings.length - most
  return (
    <>
      {findings.slice(0, most).map((finding, index) => {
        const { title, place, detail, advice } = findingWords(finding, language)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a verdict's findings never move
          <li key={index} className="finding" data-kind={kind} data-code={finding.code}>
            <strong>{title}</strong>
            {place !== '' && <code>{place}</code>}
            {detail !== '' && <span className="detail">{detail}</span>}
            {advice !== '' && kind !== 'note' && <span className="advice">{advice}</span>}
          </li>
        )
      })}
      {rest > 0 && (
        <li className="finding advice" data-kind={kind}>
          {say('and_more', { n: formatCount(rest, language) })}
        </li>
      )}
    </>
  )
}
