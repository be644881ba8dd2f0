import { readFile } from 'node:fs/promises'

const LOOK_MS = 250
/** proc(5), statm: sizes are in pages. 4 KiB on x86-64, and at least that elsewhere, so the limit is never looser than meant. */
const PAGE_BYTES = 4096

/**
 * Looks at a process's resident memory a few times a second and calls `onExceeded` once with the bytes it has beyond `limitBytes`.
 * The heap limit of V8 does not count buffers. Where there is no /proc (macOS) only that one holds. Answers how to stop looking.
 */
export function watchMemory(pid: number, limitBytes: number, onExceeded: (bytes: number) => void): () => void {
  let over = false
  const look = async () => {
    const bytes = await residentBytes(pid)
    if (over || bytes === undefined || bytes <= limitBytes) return
    over = true
    clearInterval(timer)
    onExceeded(bytes)
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  return () => {
    over = true
    clearInterval(timer)
  }
}

/** undefined where the process is gone or the system tells nothing of it. */
async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    const [, resident] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')
    return Number(resident) * PAGE_BYTES
  } catch {
    return undefined
  }
}
