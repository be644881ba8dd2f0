import { formatCount } from '../core/format.ts'
import type { NotSent } from '../edge/uploader.ts'
import { useSpeech } from '../state/use-language.ts'

type Props = { readonly files: readonly NotSent[]; readonly onAgain: () => void; readonly onForget: () => void }

const SHOWN = 5

/** What the server, or the page already, did not take, and why. */
export function NotSentList({ files, onAgain, onForget }: Props) {
  const { language, say } = useSpeech()
  if (files.length === 0) return null
  return (
    <div className="not-sent" role="alert">
      <h3>{say('not_sent')}</h3>
      <ul>
        {files.slice(0, SHOWN).map(({ name, why }) => (
          <li key={name}>
            <strong>{name}</strong> {why}
          </li>
        ))}
        {files.length > SHOWN && <li>{say('and_more', { n: formatCount(files.length - SHOWN, language) })}</li>}
      </ul>
      <p className="buttons">
        {files.some(({ again }) => again !== undefined) && (
          <button type="button" className="button" onClick={onAgain}>
            {say('again')}
          </button>
        )}
        <button type="button" className="plain" onClick={onForget}>
          {say('close')}
        </button>
      </p>
    </div>
  )
}
