import { extensionOf, type NameFinding } from '../names/name-rules.ts'
import { isDataName } from './name-agreement.ts'
import type { Sample } from './sample.ts'
import { isMostlyAscii } from './text.ts'

/** Linux runs it whatever follows: an archive behind the script is none of its business. Without a slash, in the folder it lies in. */
const SHEBANG =
  /^#![ \t]*(?:\/|(?:(?:ba|da|k|z|c|tc)?sh|env|perl|python|ruby|tclsh|wish|lua|node|php|pwsh|awk)[\d.]*(?![\w.]))[^\n]*/
/** Directives of Slurm, PBS, LSF, Grid Engine and OAR; the shebang may be missing. */
const DIRECTIVE = /^(?:#SBATCH|#PBS|#BSUB|#\$ -|#OAR)/m
const SOURCE = new Set(
  'sh bash csh ksh zsh py pl tcl lua rb r slurm sbatch pbs lsf sge job jou scm lsp c h cc cpp cxx cu f f77 f90 f95 for ftn com comm mfront jl'.split(
    ' ',
  ),
)

/** Text as people write scripts; bytes above 127 are text too, but not all of it. */
export const isScriptText = ({ head, isText }: Sample): boolean => isText && isMostlyAscii(head)

/** Whether text is a script or source: an ordinary thing in a case, worth a note, and a warning under the name of data. */
export function judgeScript(sample: Sample, name: string): NameFinding | null {
  if (sample.head.length === 0) return null
  const first = sample.text.slice(0, 256)
  const shebang = SHEBANG.exec(first)?.[0]
  if (shebang !== undefined) {
    const interpreter = shebang.replace(/\r$/, '').slice(0, 80)
    const code = isDataName(name) ? 'script_as_data' : 'script'
    return { code, detail: `begins with ${interpreter}` }
  }
  if (!sample.isText) return null
  const extension = extensionOf(name)
  if (SOURCE.has(extension) && isScriptText(sample))
    return { code: 'script', detail: `source or script (.${extension})` }
  if (DIRECTIVE.test(sample.text.slice(0, 4096)))
    return { code: 'script', detail: 'holds directives of a batch system' }
  return /^(All(run|clean|wmake|test)[\w.-]*)$/.test(name) ? { code: 'script', detail: 'OpenFOAM run script' } : null
}
