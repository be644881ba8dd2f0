import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { findOnPath } from '../../../../infra/process/find-on-path.ts'

const SCRIPT = new URL('./python-readers.py', import.meta.url).pathname

export type PythonMember = { readonly by: string; readonly name: string; readonly head: Buffer }
export type PythonReaders = { read(path: string): Promise<PythonMember[]>; close(): void }

/** One interpreter for all files: starting it takes longer than reading. Null where there is no Python. */
export function startPython(): PythonReaders | null {
  const python = findOnPath(['python3'], process.env.PATH)
  if (python === undefined) return null
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async read(path) {
      child.stdin.write(`${path}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`Cannot read ${path} by Python: it has ended`)
      const members = JSON.parse(value) as [string, string, string][]
      return members.map(([by, name, head]) => ({ by, name, head: Buffer.from(head, 'base64') }))
    },
    close: () => child.stdin.end(),
  }
}
