import { type Container, placeIn } from '../content.ts'
import { normalisePath, unsafePath } from '../names/member-path.ts'

/** Counts a member and judges its path; every container calls it for every entry, also for folders and links. */
export function admitMember(
  container: Container,
  rawPath: string,
  nameBytes: number,
  { path } = normalisePath(rawPath),
): string {
  const { inspection, content } = container
  const place = placeIn(content.place, path)
  inspection.addEntry(content.place)
  const unsafe = unsafePath(rawPath, nameBytes, inspection.budgets)
  if (unsafe !== null) inspection.report('unsafe_member', place, unsafe)
  return path
}
