import { useEffect, useRef } from 'react'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { useSpeech } from '../state/use-language.ts'

type Props = { readonly upload: UploadView; readonly onDelete: () => void; readonly onClose: () => void }

/** Asks once more. Escape and the first button leave everything as it is. */
export function DeleteDialog({ upload, onDelete, onClose }: Props) {
  const { say } = useSpeech()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="delete-title">
      <h2 id="delete-title">{say('delete_title')}</h2>
      <p>
        <code>
          {upload.job_id}/{upload.path}
        </code>
      </p>
      <p className="dim">{say('delete_text')}</p>
      <form method="dialog" className="buttons">
        <button type="submit" className="button">
          {say('cancel')}
        </button>
        <button type="button" className="button danger" onClick={onDelete}>
          {say('delete')}
        </button>
      </form>
    </dialog>
  )
}
