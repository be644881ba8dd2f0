import { useCallback, useEffect, useLayoutEffect, useState } from 'react'
import { type Claims, isExpired, parseClaims, tokenOfFragment } from '../core/claims.ts'
import { recall, remember, TOKEN_KEY } from '../edge/storage.ts'

export type SignedOut = { readonly signedIn: false; readonly why: 'no_token' | 'expired' | 'signed_out' | 'unreadable' }
export type SignedIn = { readonly signedIn: true; readonly token: string; readonly claims: Claims }
export type Session = SignedIn | SignedOut

const CHECK_MS = 60_000

/** The session of this browser: a token from the address bar or from the portal, until it ends. */
export function useSession() {
  const [session, setSession] = useState<Session>(() => openSession(takeFromAddress()))

  const end = useCallback((why: SignedOut['why']) => {
    remember(TOKEN_KEY, null)
    setSession({ signedIn: false, why })
  }, [])

  useEffect(() => {
    const renew = (token: string | null) => setSession((old) => (token === tokenOf(old) ? old : openSession(token)))
    const onFragment = () => tokenOfFragment(location.hash) !== undefined && renew(takeFromAddress())
    // The portal, or another tab, put a new token there or took it away.
    const onStorage = (event: StorageEvent) => event.key === TOKEN_KEY && renew(event.newValue)
    const check = () => setSession((old) => (old.signedIn && isExpired(old.claims, Date.now()) ? EXPIRED : old))
    const checking = setInterval(check, CHECK_MS)
    addEventListener('hashchange', onFragment)
    addEventListener('storage', onStorage)
    return () => {
      clearInterval(checking)
      removeEventListener('hashchange', onFragment)
      removeEventListener('storage', onStorage)
    }
  }, [])
  // At once with the notice, so that whoever reads it leaves nothing behind.
  useLayoutEffect(() => {
    if (!session.signedIn && session.why === 'expired') forgetExpired()
  }, [session])
  return { session, end }
}

const EXPIRED: SignedOut = { signedIn: false, why: 'expired' }

const tokenOf = (session: Session): string | null => (session.signedIn ? session.token : null)

/** Takes the token out of the address bar, where it would be seen and bookmarked, and keeps it. */
function takeFromAddress(): string | null {
  const given = tokenOfFragment(location.hash)
  if (given === undefined) return recall(TOKEN_KEY)
  history.replaceState(history.state, '', location.pathname + location.search)
  remember(TOKEN_KEY, given)
  return given
}

/** A newer token, which the portal may have put there meanwhile, stays. */
function forgetExpired(): void {
  const kept = recall(TOKEN_KEY)
  const claims = kept === null ? undefined : parseClaims(kept)
  if (claims !== undefined && isExpired(claims, Date.now())) remember(TOKEN_KEY, null)
}

function openSession(token: string | null): Session {
  if (token === null) return { signedIn: false, why: 'no_token' }
  const claims = parseClaims(token)
  if (claims === undefined) return { signedIn: false, why: 'unreadable' }
  return isExpired(claims, Date.now()) ? EXPIRED : { signedIn: true, token, claims }
}
