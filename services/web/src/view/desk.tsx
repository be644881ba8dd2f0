import { useCallback, useMemo, useRef, useState } from 'react'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { isAdmin } from '../core/claims.ts'
import { countByFilter } from '../core/query.ts'
import { refusalWords } from '../core/refusal.ts'
import { ApiRefused, createApi } from '../edge/api.ts'
import { downloadUrl } from '../edge/download.ts'
import type { PageConfig } from '../edge/page-config.ts'
import { useSpeech } from '../state/use-language.ts'
import type { SignedIn, SignedOut } from '../state/use-session.ts'
import { useUploads } from '../state/use-uploads.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { Header } from './header.tsx'
import { QuotaCard } from './quota-card.tsx'
import { SendCard } from './send-card.tsx'
import { Toolbar } from './toolbar.tsx'
import { UploadTable } from './upload-table.tsx'
import { UserMenu } from './user-menu.tsx'

type Props = {
  readonly session: SignedIn
  readonly config: PageConfig
  readonly end: (why: SignedOut['why']) => void
}

/** Everything a signed-in user sees. */
export function Desk({ session, config, end }: Props) {
  const { say } = useSpeech()
  const { claims } = session
  // Read at each request: the portal may renew the token while a long upload runs.
  const newest = useRef(session.token)
  newest.current = session.token
  const token = useCallback(() => newest.current, [])
  const api = useMemo(() => createApi({ token, onSignedOut: () => end('expired') }), [token, end])
  const { uploads, rows, query, setQuery, link, pages, forget } = useUploads({
    session,
    api,
    realtimeUrl: config.realtimeUrl,
    token,
    end,
  })
  const [doomed, setDoomed] = useState<UploadView>()
  const [trouble, setTrouble] = useState('')

  const tell = useCallback(
    (error: unknown) =>
      setTrouble(error instanceof ApiRefused ? refusalWords(error.refusal, say) : say('refused_other')),
    [say],
  )
  const download = useCallback(
    (upload: UploadView) => void api.ticket(upload.id).then(downloadUrl).catch(tell),
    [api, tell],
  )
  const remove = (upload: UploadView) => {
    setDoomed(undefined)
    api.remove(upload.id).then(() => forget(upload.id), tell)
  }
  const counts = useMemo(() => countByFilter(uploads, query), [uploads, query])
  return (
    <>
      <Header>
        <UserMenu user={claims.user} link={link} onSignOut={() => end('signed_out')} />
      </Header>
      <main className="desk">
        <aside>
          <SendCard config={config} owner={claims.user} token={token} />
          {uploads.quota !== null && <QuotaCard quota={uploads.quota} />}
        </aside>
        <section className="card uploads" aria-labelledby="uploads-title">
          <Toolbar
            query={query}
            onQuery={setQuery}
            counts={counts}
            more={pages.more}
            admin={isAdmin(claims, config.adminGroups)}
          />
          {trouble !== '' && (
            <p className="trouble" role="alert">
              {trouble}
              <button type="button" className="plain" onClick={() => setTrouble('')}>
                {say('close')}
              </button>
            </p>
          )}
          <UploadTable
            rows={rows}
            scans={uploads.scans}
            query={query}
            pages={pages}
            onDownload={download}
            onDelete={setDoomed}
          />
        </section>
      </main>
      {doomed !== undefined && (
        <DeleteDialog upload={doomed} onDelete={() => remove(doomed)} onClose={() => setDoomed(undefined)} />
      )}
    </>
  )
}
