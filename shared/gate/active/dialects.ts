import type { Detected } from '../types/detect.ts'
import { C_SOURCE, FLUENT, JOURNAL } from './fluent.ts'
import { ABAQUS, LSDYNA } from './keyword-decks.ts'
import { OPENFOAM } from './openfoam.ts'
import { ELMER, FORTRAN, GMSH, NUMPY, PARAVIEW, PYTHON } from './other-dialects.ts'
import type { Dialect } from './rule.ts'
import { APDL, NASTRAN, RADIOSS } from './statement-decks.ts'

export const DIALECTS: readonly Dialect[] = [
  OPENFOAM,
  LSDYNA,
  ABAQUS,
  NASTRAN,
  APDL,
  RADIOSS,
  FLUENT,
  JOURNAL,
  C_SOURCE,
  FORTRAN,
  PYTHON,
  PARAVIEW,
  GMSH,
  ELMER,
  NUMPY,
]

/** The dialects a file may be read in: by its format, or by its name where its text says nothing. */
export function dialectsOf(type: Detected, name: string): readonly Dialect[] {
  const isUnknownText = !type.known && type.family === 'text'
  return DIALECTS.filter(({ formats, names }) => formats.includes(type.id) || (isUnknownText && names?.test(name)))
}

/** Files whose name alone makes a program run them, or run when it is given them. */
export const RUN_BY_NAME: readonly { readonly name: RegExp; readonly what: string; readonly source: string }[] = [
  {
    name: /^(?:\w+_)?v6\.env$/i,
    what: 'Abaqus environment file: Python that Abaqus runs when it starts',
    source: 'https://abaqus-docs.mit.edu/2017/English/SIMACAEILGRefMap/simailg-c-envsyntax.htm',
  },
  {
    name: /\.wbjn$/i,
    what: 'Workbench journal: IronPython that Workbench runs',
    source: 'Ansys Workbench Scripting Guide, journaling',
  },
  {
    name: /\.comm$/i,
    what: 'Code_Aster command file: Python that the solver runs',
    source: 'Code_Aster U1.03.01 and U4.11.01, commands file',
  },
]
