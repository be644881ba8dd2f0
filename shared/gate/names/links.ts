/** The links of one archive, and whether anything in it leaves its root through them. */
export class LinkMap {
  readonly #links = new Map<string, string>()
  readonly #paths: string[] = []

  /** Why a symbolic link at `path` leads out of the root, or null. */
  addSymbolic(path: string, target: string): string | null {
    this.#links.set(path, target)
    if (/[\u0000-\u001f\u007f]/.test(target)) return 'a link whose target holds control characters'
    if (/^([/\\]|[A-Za-z]:)/.test(target)) return 'a link to an absolute path'
    const folder = path.split('/').slice(0, -1)
    return climbs(folder, target) ? 'a link that leaves the archive' : null
  }

  /** Hard links name their target from the archive's root. */
  static escapesAsHardLink(target: string): boolean {
    return /^([/\\]|[A-Za-z]:)/.test(target) || climbs([], target)
  }

  /** A member that is no symbolic link. */
  addPath(path: string): void {
    this.#paths.push(path)
  }

  /** The first member that would be written through a link, or link that climbs through another one: [place, reason]. */
  conflict(): readonly [string, string] | null {
    if (this.#links.size === 0) return null
    for (const path of this.#paths) {
      // Some tools put the bytes of the second one where the first one points.
      if (this.#links.has(path)) return [path, 'a link and a file of the same name']
      const through = this.#linkAbove(path.split('/'))
      if (through !== null) return [path, `written through the link ${through}`]
    }
    for (const [path, target] of this.#links) {
      const through = this.#linkAbove(path.split('/'))
      if (through !== null) return [path, `written through the link ${through}`]
      if (this.#climbsThroughLink(path, target)) return [path, 'a link that climbs through another link']
    }
    return null
  }

  #linkAbove(parts: readonly string[]): string | null {
    for (let i = 1; i < parts.length; i++) {
      const folder = parts.slice(0, i).join('/')
      if (this.#links.has(folder)) return folder
    }
    return null
  }

  /** `a/..` is not `.` where `a` is a link: the words of the path no longer say where it leads. */
  #climbsThroughLink(path: string, target: string): boolean {
    const at = path.split('/').slice(0, -1)
    let throughLink = false
    for (const part of target.split(/[/\\]/)) {
      if (part === '' || part === '.') continue
      if (part !== '..') {
        at.push(part)
        throughLink ||= this.#links.has(at.join('/'))
      } else if (throughLink) return true
      else at.pop()
    }
    return false
  }
}

function climbs(folder: readonly string[], target: string): boolean {
  let depth = folder.length
  for (const part of target.split(/[/\\]/)) {
    if (part === '..') depth--
    else if (part !== '' && part !== '.') depth++
    if (depth < 0) return true
  }
  return false
}
