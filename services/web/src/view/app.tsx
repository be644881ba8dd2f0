import { SpeechContext, useLanguage } from '../state/use-language.ts'
import { usePageConfig } from '../state/use-page-config.ts'
import { useSession } from '../state/use-session.ts'
import { Desk } from './desk.tsx'
import { Header } from './header.tsx'
import { SignedOutNotice } from './signed-out-notice.tsx'

export function App() {
  const speech = useLanguage()
  const { session, end } = useSession()
  const { config, failing } = usePageConfig()
  return (
    <SpeechContext value={speech}>
      {session.signedIn && config !== undefined ? (
        // Another user starts with an empty desk.
        <Desk key={session.claims.user} session={session} config={config} end={end} />
      ) : (
        <>
          <Header />
          <main className="notice">
            {session.signedIn ? (
              <p role="status">{speech.say(failing ? 'no_config' : 'starting')}</p>
            ) : (
              <SignedOutNotice why={session.why} portalUrl={config?.portalUrl ?? null} />
            )}
          </main>
        </>
      )}
    </SpeechContext>
  )
}
