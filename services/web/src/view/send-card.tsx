import { useEffect, useRef, useState } from 'react'
import { ON_CONFLICT, type OnConflict } from '../core/backlog.ts'
import { formatBytes, formatCount } from '../core/format.ts'
import { refusalWords } from '../core/refusal.ts'
import type { PageConfig } from '../edge/page-config.ts'
import { recall, remember } from '../edge/storage.ts'
import { createUploader, type Sending, type Uploader } from '../edge/uploader.ts'
import { useSpeech } from '../state/use-language.ts'
import { NotSentList } from './not-sent-list.tsx'

type Props = { readonly config: PageConfig; readonly owner: string; readonly token: () => string }

const JOB_KEY = 'airlock.job'
const INBOX = 'inbox'

/** Where files are dropped, and what becomes of them: the job and the rule for a name that is taken. */
export function SendCard({ config, owner, token }: Props) {
  const { language, say } = useSpeech()
  const [job, setJob] = useState(() => recall(JOB_KEY) ?? INBOX)
  const [onConflict, setOnConflict] = useState<OnConflict>('rename')
  const [{ sent, left, notSent }, setSending] = useState<Sending>({ sent: 0, left: 0, notSent: [] })
  const place = useRef<HTMLDivElement>(null)
  const uploader = useRef<Uploader>(null)
  // The uploader outlives many renderings; it reads the form and the language when it needs them.
  const now = useRef({ job, onConflict, say })
  now.current = { job: job.trim() || INBOX, onConflict, say }

  useEffect(() => {
    if (place.current === null) return
    const made = createUploader(place.current, {
      config,
      owner,
      token,
      form: () => ({ job: now.current.job, onConflict: now.current.onConflict }),
      words: (refusal) => refusalWords(refusal, now.current.say),
      onSending: setSending,
    })
    uploader.current = made
    const stay = (event: BeforeUnloadEvent) => made.isBusy() && event.preventDefault()
    addEventListener('beforeunload', stay)
    return () => {
      removeEventListener('beforeunload', stay)
      made.release()
    }
  }, [config, owner, token])

  useEffect(() => {
    const size = formatBytes(config.maxUploadBytes)
    uploader.current?.speak(language, config.maxUploadBytes > 0 ? say('drop_note', { size }) : say('drop_note_any'))
  }, [config, language, say])

  const changeJob = (to: string) => {
    setJob(to)
    remember(JOB_KEY, to)
  }
  return (
    <section className="card send" aria-labelledby="send-title">
      <h2 id="send-title">{say('send')}</h2>
      <div className="fields">
        <label>
          <span>{say('job')}</span>
          <input
            name="job"
            value={job}
            placeholder={INBOX}
            title={say('job_hint')}
            maxLength={128}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => changeJob(event.target.value)}
          />
        </label>
        <label>
          <span>{say('if_exists')}</span>
          <select
            name="on_conflict"
            value={onConflict}
            onChange={(event) => setOnConflict(event.target.value as OnConflict)}
          >
            {ON_CONFLICT.map((rule) => (
              <option key={rule} value={rule}>
                {say(`conflict_${rule}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div ref={place} className="drop" />
      {left > 0 && (
        <p className="dim small">
          {say('sending', { sent: formatCount(sent, language), total: formatCount(sent + left, language) })}
        </p>
      )}
      <NotSentList
        files={notSent}
        onAgain={() => uploader.current?.again()}
        onForget={() => uploader.current?.forget()}
      />
    </section>
  )
}
