import { useCallback, useState } from 'react'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { formatCount } from '../core/format.ts'
import { isNarrowed, type Query } from '../core/query.ts'
import type { ScanProgress } from '../core/uploads.ts'
import { useSpeech } from '../state/use-language.ts'
import { UploadRow } from './upload-row.tsx'

type Props = {
  readonly rows: readonly UploadView[]
  readonly scans: ReadonlyMap<string, ScanProgress>
  readonly query: Query
  readonly pages: {
    readonly shown: number
    readonly loading: boolean
    readonly more: boolean
    readonly loadMore: () => void
  }
  readonly onDownload: (upload: UploadView) => void
  readonly onDelete: (upload: UploadView) => void
}

const COLUMNS = ['file', 'job', 'state', 'size', 'type', 'time', 'actions'] as const
const COLUMNS_OF_ALL = ['owner', ...COLUMNS] as const

/** Uploads, newest first. Only `pages.shown` rows are in the document, however many are known. */
export function UploadTable({ rows, scans, query, pages, onDownload, onDelete }: Props) {
  const { language, say } = useSpeech()
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback((id: string) => setOpen((old) => toggled(old, id)), [])
  const visible = rows.slice(0, pages.shown)
  const columns = query.everyone ? COLUMNS_OF_ALL : COLUMNS
  return (
    <>
      <table aria-busy={pages.loading}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={`col-${column}`}>
                {column === 'actions' ? <span className="unseen">{say('col_actions')}</span> : say(`col_${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        {visible.map((upload) => (
          <UploadRow
            key={upload.id}
            upload={upload}
            scan={scans.get(upload.id)}
            columns={columns.length}
            open={open.has(upload.id)}
            onToggle={toggle}
            onDownload={onDownload}
            onDelete={onDelete}
          />
        ))}
      </table>
      {visible.length === 0 && (
        <p className="empty">{say(pages.loading ? 'loading' : isNarrowed(query) ? 'nothing_found' : 'nothing')}</p>
      )}
      {(pages.more || rows.length > visible.length) && (
        <p className="more">
          <span className="dim">{say('shown', { n: formatCount(visible.length, language) })}</span>
          <button type="button" className="button" disabled={pages.loading} onClick={pages.loadMore}>
            {say(pages.loading ? 'loading' : 'load_more')}
          </button>
        </p>
      )}
    </>
  )
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
