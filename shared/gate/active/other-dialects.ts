import { linePattern, pattern } from './patterns.ts'
import type { Dialect, Hit } from './rule.ts'

const ABAQUS_ROUTINES =
  'V?UMAT(?:HT)?|V?UEL|V?DLOAD|V?DISP|V?UFIELD|V?USDFLD|V?UHARD|V?UAMP|V?UINTER|V?FRIC|U?EXTERNALDB|UEXTERNALDB|VEXTERNALDB|FILM|HETVAL|SDVINI|SIGINI|URDFIL|UVARM|UMESHMOTION|UTEMP|CREEP|UEXPAN|MPC|USERMAT|UMAT\\d\\d[A-Z]?'

export const FORTRAN: Dialect = {
  id: 'fortran-source',
  formats: ['fortran-source'],
  names: /\.(?:f|for|ftn|f77|f90|f95)$/i,
  lineComment: '!',
  blockComments: false,
  anchors: [],
  rules: [
    {
      needles: ['subroutine'],
      judge: linePattern(
        new RegExp(`^\\s*SUBROUTINE\\s+(${ABAQUS_ROUTINES})\\s*\\(`, 'i'),
        'user subroutine, compiled into the solver:',
      ),
      source:
        'Abaqus User Subroutines Reference Guide; LS-DYNA umat41–50 and Ansys usermat bear names of the same kind (https://www.scribd.com/doc/271917387/Session22-Paper1)',
    },
  ],
}

export const PYTHON: Dialect = {
  id: 'python',
  formats: ['python'],
  names: /\.py$/i,
  lineComment: '#',
  blockComments: false,
  anchors: [],
  rules: [
    {
      needles: ['abaqus', 'odbaccess', 'paraview.simple'],
      judge: linePattern(
        /^\s*(?:from|import)\s+(abaqus\w*|odbAccess|paraview\.simple)\b/,
        'Python that the program runs:',
      ),
      source:
        "Abaqus Scripting User's Guide (abaqus cae noGUI=script.py); ParaView documentation, pvbatch and pvpython",
    },
  ],
}

/** XML comments may span lines; what is looked at is what fits in front of the hit. */
const notInXmlComment = (hit: Hit): boolean => hit.before.lastIndexOf('<!--') <= hit.before.lastIndexOf('-->')

export const PARAVIEW: Dialect = {
  id: 'paraview',
  formats: ['paraview-state'],
  names: /\.pvsm$/i,
  lineComment: null,
  blockComments: false,
  anchors: [],
  rules: [
    {
      needles: ['type="'],
      judge: (hit) =>
        notInXmlComment(hit)
          ? pattern(
              /^type="((?:Live)?Programmable\w+|Python(?:Calculator|Annotation|View|Extractor)\w*)"/,
              'Python inside the state:',
            )(hit)
          : null,
      source:
        'ParaView User\'s Guide, Programmable Filter: "executes a Python script"; a state file (.pvsm) keeps its proxies',
    },
  ],
}

export const GMSH: Dialect = {
  id: 'gmsh',
  formats: ['gmsh-geo', 'gmsh-pos'],
  names: /\.(?:geo|geo_unrolled|pos)$/i,
  lineComment: '//',
  blockComments: true,
  anchors: [],
  rules: [
    {
      needles: ['systemcall'],
      judge: (hit) =>
        /(?:^|[^\w])(?:NonBlocking)?$/.test(hit.lead)
          ? pattern(/^SystemCall\s*\(?\s*([^;\r\n]+)/, 'SystemCall runs a command of the system:')(hit)
          : null,
      source: 'Gmsh Reference Manual, general scripting commands: SystemCall and NonBlockingSystemCall',
    },
  ],
}

export const ELMER: Dialect = {
  id: 'elmer',
  formats: ['elmer'],
  names: /\.sif$/i,
  lineComment: '!',
  blockComments: false,
  anchors: [],
  rules: [
    {
      needles: ['procedure'],
      judge: linePattern(/(?:^|\s)Procedure\s*=\s*(?:File\s+)?("[^"]+"\s*"[^"]+")/i, 'loads a library:'),
      source: 'ElmerSolver Manual, solver input file: Procedure File "ProcFile" "ProcName"',
    },
  ],
}

export const NUMPY: Dialect = {
  id: 'numpy',
  formats: ['numpy'],
  names: null,
  lineComment: null,
  blockComments: false,
  anchors: ["'descr'"],
  rules: [
    {
      needles: ["'descr':"],
      judge: ({ after }) =>
        /^'descr':\s*(?:'\|?O'|\[[^\]]*'\|?O')/.test(after)
          ? 'pickled Python objects, which run code when they are loaded'
          : null,
      source: 'NumPy documentation, numpy.load, allow_pickle: "loading pickled data can execute arbitrary code"',
    },
  ],
}
