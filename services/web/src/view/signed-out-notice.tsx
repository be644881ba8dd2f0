import { useSpeech } from '../state/use-language.ts'
import type { SignedOut } from '../state/use-session.ts'
import { Mark } from './icons.tsx'

type Props = { readonly why: SignedOut['why']; readonly portalUrl: string | null }

/** Why nobody is signed in, and the way back. */
export function SignedOutNotice({ why, portalUrl }: Props) {
  const { say } = useSpeech()
  return (
    <section className="card sign-in">
      <Mark />
      <h1>{say('signed_out')}</h1>
      {why === 'expired' && <p role="alert">{say('session_expired')}</p>}
      {why === 'unreadable' && <p role="alert">{say('token_unreadable')}</p>}
      <p>{say(portalUrl === null ? 'sign_in_no_portal' : 'sign_in_how')}</p>
      {portalUrl !== null && (
        <a className="button primary" href={portalUrl}>
          {say('to_portal')}
        </a>
      )}
    </section>
  )
}
