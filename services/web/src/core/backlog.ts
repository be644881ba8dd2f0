/** A file that waits for its turn, with the job and the rule that stood in the form when it was dropped. */
export type Waiting = { readonly file: File; readonly job: string; readonly onConflict: OnConflict }

export type OnConflict = 'rename' | 'replace' | 'refuse'
export const ON_CONFLICT: readonly OnConflict[] = ['rename', 'replace', 'refuse']

/** Uppy copies its whole table at every change of one file, so it is given few at a time; ten times what is sent at once. */
export const IN_HAND = { refillBelow: 20, atMost: 40 } as const

/** How many waiting files to hand over while `inHand` are with Uppy: none, or enough to fill its hands. */
export const handOver = (waiting: number, inHand: number): number =>
  inHand >= IN_HAND.refillBelow ? 0 : Math.min(waiting, IN_HAND.atMost - inHand)

/** A dropped folder's file knows its way in the tree; a single file does not. */
export function treePath(file: File): string | undefined {
  // The first is Uppy's, for a drop; the second the browser's, for a folder that was chosen.
  const { relativePath, webkitRelativePath } = file as { relativePath?: unknown; webkitRelativePath?: string }
  const path = typeof relativePath === 'string' && relativePath !== '' ? relativePath : webkitRelativePath
  return path === '' || path === undefined ? undefined : path.replace(/^\/+/, '')
}

type Identity = { owner: string; job: string; path: string; size: number; modified: number }

/** Tells one file from another, also after a reload: the same file, to the same job, of the same user, is resumed. */
export const fileIdentity = ({ owner, job, path, size, modified }: Identity): string =>
  [owner, job, path, size, modified].join('|')
