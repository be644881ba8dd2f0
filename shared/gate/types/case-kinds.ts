import type { Label } from './format.ts'

type CaseKind = { readonly member: RegExp; readonly label: Label }

/** What people send whole in any form of archive, by one member path that proves it (formats.md §1). */
const CASE_KINDS: readonly CaseKind[] = [
  {
    member: /(^|\/)(?:system\/controlDict|constant\/polyMesh\/points)(?:\.gz)?$/,
    label: { en: 'OpenFOAM case', ko: 'OpenFOAM 케이스' },
  },
  { member: /(^|\/)[^/]+_files\/dp0\//, label: { en: 'Ansys Workbench project', ko: 'Ansys Workbench 프로젝트' } },
]
/** Members that are asked; a kind shows early, and a list may have 100,000 lines. */
const SAMPLE = 2000

/** Watches the members of an archive for what they are together. */
export class CaseProbe {
  #left = SAMPLE
  #kind: CaseKind | undefined

  see(path: string): void {
    if (this.#kind !== undefined || this.#left-- <= 0) return
    this.#kind = CASE_KINDS.find(({ member }) => member.test(path))
  }

  /** Names it with the form of its archive, e.g. "OpenFOAM case (tar)"; null if it is none of these. */
  label(form: string): Label | null {
    const { label } = this.#kind ?? {}
    return label === undefined ? null : { en: `${label.en} (${form})`, ko: `${label.ko} (${form})` }
  }
}

/** A label with the codec around it: a case in a tar is known by the name of both, e.g. "(tar.gz)". */
export const throughCodec = ({ en, ko }: Label, family: string, suffix: string): Label => {
  const add = (text: string) => (text.endsWith(' (tar)') ? `${text.slice(0, -1)}.${suffix})` : `${text}, ${family}`)
  return { en: add(en), ko: add(ko) }
}
