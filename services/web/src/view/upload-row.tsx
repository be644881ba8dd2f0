import { memo, type ReactElement } from 'react'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { nextState } from '#shared/domain/upload-state.ts'
import { formatBytes, formatFullTime, formatTime, splitPath } from '../core/format.ts'
import type { ScanProgress } from '../core/uploads.ts'
import { useSpeech } from '../state/use-language.ts'
import { ChevronIcon, DeleteIcon, DownloadIcon } from './icons.tsx'
import { StateCell } from './state-cell.tsx'
import { UploadDetails } from './upload-details.tsx'
import { VerdictLines } from './verdict-lines.tsx'

type Props = {
  readonly upload: UploadView
  readonly scan: ScanProgress | undefined
  /** How many there are; one more where the owner is shown. */
  readonly columns: number
  readonly open: boolean
  readonly onToggle: (id: string) => void
  readonly onDownload: (upload: UploadView) => void
  readonly onDelete: (upload: UploadView) => void
}

/** One upload: its row, why it was not let through, and on demand everything else. */
export const UploadRow = memo(function UploadRow(props: Props) {
  const { upload, scan, columns, open, onToggle, onDownload, onDelete } = props
  const { language, say } = useSpeech()
  const [folder, name] = splitPath(upload.path)
  const type = upload.verdict?.detected_type ?? ''
  return (
    <tbody data-upload={upload.id} data-state={upload.state} data-open={open}>
      <tr>
        {columns > 7 && <td className="col-owner">{upload.owner}</td>}
        <td className="col-file">
          <button type="button" className="file" aria-expanded={open} onClick={() => onToggle(upload.id)}>
            <ChevronIcon />
            <span className="path" title={upload.path}>
              {folder !== '' && <span className="folder">{folder}</span>}
              <span className="name">{name}</span>
            </span>
          </button>
        </td>
        <td className="col-job" title={upload.job_id}>
          {upload.job_id}
        </td>
        <td className="col-state">
          <StateCell upload={upload} scan={scan} />
        </td>
        <td className="col-size">{upload.length === null ? '' : formatBytes(upload.length)}</td>
        <td className="col-type" title={type}>
          {type}
        </td>
        <td className="col-time">
          <time dateTime={upload.created_at} title={formatFullTime(upload.created_at, language)}>
            {formatTime(upload.created_at, new Date(), language)}
          </time>
        </td>
        <td className="col-actions">
          {upload.state === 'complete' && (
            <IconButton label={say('download')} name={name} onClick={() => onDownload(upload)}>
              <DownloadIcon />
            </IconButton>
          )}
          {nextState(upload.state, 'delete').kind === 'step' && (
            <IconButton label={say('delete')} name={name} onClick={() => onDelete(upload)}>
              <DeleteIcon />
            </IconButton>
          )}
        </td>
      </tr>
      <VerdictLines upload={upload} columns={columns} />
      {open && <UploadDetails upload={upload} columns={columns} />}
    </tbody>
  )
})

type IconButtonProps = { label: string; name: string; onClick: () => void; children: ReactElement }

const IconButton = ({ label, name, onClick, children }: IconButtonProps) => (
  <button type="button" className="icon-button" title={label} aria-label={`${label}: ${name}`} onClick={onClick}>
    {children}
  </button>
)
