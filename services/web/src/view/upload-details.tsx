import type { UploadView } from '#shared/contracts/upload-view.ts'
import { formatBytes, formatCount, formatFullTime } from '../core/format.ts'
import { useSpeech } from '../state/use-language.ts'
import { FindingLines, SHOWN_IN_ROW } from './verdict-lines.tsx'

/** Everything that is known of an upload, for whoever asks. */
export function UploadDetails({ upload, columns }: { readonly upload: UploadView; readonly columns: number }) {
  const { language, say } = useSpeech()
  const { verdict } = upload
  const coverage = verdict?.coverage
  const looked =
    coverage &&
    say(coverage.entries > 0 ? 'detail_looked_text' : 'detail_looked_file', {
      read: formatBytes(coverage.bytes_read),
      total: formatBytes(coverage.bytes_total),
      entries: formatCount(coverage.entries, language),
      depth: coverage.depth,
    })
  const facts: readonly (readonly [name: string, value: string | null | undefined, code?: boolean])[] = [
    [say('detail_type'), verdict?.detected_type],
    ['SHA-256', verdict?.sha256, true],
    [say('detail_looked'), looked],
    [say('detail_limits'), coverage?.limits_hit.join(', ')],
    [say('detail_not_inspected'), coverage?.not_inspected.join(', ')],
    [say('detail_created'), formatFullTime(upload.created_at, language)],
    [say('detail_updated'), formatFullTime(upload.updated_at, language)],
    [say('detail_expires'), upload.state === 'receiving' ? formatFullTime(upload.expires_at ?? '', language) : ''],
    [say('detail_id'), upload.id, true],
  ]
  const reasons = verdict?.reasons.slice(SHOWN_IN_ROW) ?? []
  const warnings = verdict?.warnings.slice(SHOWN_IN_ROW) ?? []
  return (
    <tr className="details">
      <td colSpan={columns}>
        {verdict === null && <p className="dim">{say('no_verdict')}</p>}
        {verdict !== null && verdict.notes.length > 0 && (
          <>
            <h3>{say('notes')}</h3>
            <ul className="findings">
              <FindingLines findings={verdict.notes} kind="note" most={verdict.notes.length} />
            </ul>
          </>
        )}
        {reasons.length + warnings.length > 0 && (
          <ul className="findings">
            <FindingLines findings={reasons} kind="reason" most={reasons.length} />
            <FindingLines findings={warnings} kind="warning" most={warnings.length} />
          </ul>
        )}
        <dl>
          {facts.map(([name, value, code]) =>
            value ? (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{code ? <code>{value}</code> : value}</dd>
              </div>
            ) : null,
          )}
        </dl>
      </td>
    </tr>
  )
}
