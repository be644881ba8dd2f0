/** What the page needs of a token. Decoded only: the server verifies. */
export type Claims = { readonly user: string; readonly groups: readonly string[]; readonly expiresAt: number | null }

/** Reads the claims of a JWT; undefined if it is none, or names nobody. */
export function parseClaims(token: string): Claims | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const text = new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
    const { sub, groups, exp } = JSON.parse(text) as Record<string, unknown>
    if (typeof sub !== 'string' || sub === '') return undefined
    return {
      user: sub,
      groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
      expiresAt: typeof exp === 'number' ? exp * 1000 : null,
    }
  } catch {
    return undefined
  }
}

export const isExpired = (claims: Claims, now: number): boolean => claims.expiresAt !== null && claims.expiresAt <= now

/** For what the page shows only; the server decides by itself. */
export const isAdmin = (claims: Claims, adminGroups: readonly string[]): boolean =>
  claims.groups.some((group) => adminGroups.includes(group))

/** The token of a `#token=…` fragment, or undefined. */
export const tokenOfFragment = (fragment: string): string | undefined =>
  new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? undefined
