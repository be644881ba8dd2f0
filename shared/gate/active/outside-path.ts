/** A path in a deck that leads out of the case: absolute, with a drive, of another computer, of somebody's home, or climbing. */
export function isOutside(path: string): boolean {
  const plain = path.trim().replaceAll('\\', '/')
  if (/^(?:\/|~|[A-Za-z]:|file:|\$\{?\w+\}?\/)/.test(plain)) return true
  return climbs(plain)
}

/** Up and down again inside the case is no climbing: `mesh/../include/a.k` stays. */
function climbs(path: string): boolean {
  let depth = 0
  for (const part of path.split('/')) {
    if (part === '..') depth--
    else if (part !== '' && part !== '.') depth++
    if (depth < 0) return true
  }
  return false
}
