/** What the browser remembers; in a browser that forbids it, the page forgets on reload and still works. */
export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Forbidden or full.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** The key under which the site's portal and dashboard keep the token. */
export const TOKEN_KEY = 'jwt_token'
