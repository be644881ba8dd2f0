import { format } from './format.ts'
import { ARITHMETIC_BY_NAME } from './formats-arithmetic.ts'
import { emptyTar, text } from './probes.ts'

const NASTRAN =
  /^(?:SOL\s|CEND\b|BEGIN BULK|ID [A-Z0-9]|INIT MASTER|ASSIGN |INCLUDE |GRID\*?[ ,]|C(?:QUAD|TRIA|HEXA|TETRA|BAR|ROD)\w*\*?[ ,])/im
const ABAQUS = /^(?:[^\S\n]*(?:\*\*[^\n]*)?\n)*[^\S\n]*\*[A-Z]/i
const DYNA_CARD = /^(?:[^\S\n]*(?:\$[^\n]*)?\n)*\*[A-Z]{3,}[A-Z0-9_]*\s*\r?\n/i
const HEAD = 64 * 1024
const anyText = text(/[\s\S]/, 1)

/** Decks whose signature several programs share: believed only under an extension that goes with them. */
const DECKS = [
  format('nastran', 'text', 'bdf dat nas inc blk fem', text(NASTRAN, HEAD), 'Nastran bulk data', 'Nastran 입력'),
  format('lsdyna-include', 'text', 'k key dyn', text(DYNA_CARD, 8192), 'LS-DYNA keyword deck', 'LS-DYNA 키워드 덱'),
  format('abaqus', 'text', 'inp nam', text(ABAQUS, 16 * 1024), 'Abaqus or CalculiX input', 'Abaqus 또는 CalculiX 입력'),
  format(
    'mapdl-deck',
    'text',
    'inp dat cdb mac',
    text(/^(?:!|ET,|\/PREP7|NBLOCK)/im, 2048),
    'Ansys APDL input',
    'Ansys APDL 입력',
  ),
  format(
    'gmsh-geo',
    'text',
    'geo',
    text(/^\s*(?:Point|Line|Circle|Spline|Physical|SetFactory|Include|Merge|Box|Extrude|Mesh\.|lc\s*=)/m, 8192),
    'Gmsh geometry script',
    'Gmsh 형상 스크립트',
  ),
  format(
    'elmer',
    'text',
    'sif',
    text(/^\s*(?:Header|Check Keywords|Simulation|Solver \d)/im, 4096),
    'Elmer solver input',
    'Elmer 해석 입력',
  ),
  format('journal', 'text', 'jou', anyText, 'journal (Fluent, Gambit, Cubit)', '저널 (Fluent, Gambit, Cubit)'),
]

/** Meshes and models in text that has no mark of its own. */
const MESHES = [
  format('iges', 'text', 'igs iges', text(/^.{72}[SFCB] {0,6}\d/, 80), 'IGES model', 'IGES 모델'),
  format(
    'modelica',
    'text',
    'mo mos',
    text(/^(?:\s|\/\/[^\n]*\n)*(?:within|package|model|block|function|partial|encapsulated|class)\b/, 4096),
    'Modelica model',
    'Modelica 모델',
  ),
  format('obj', 'text', 'obj', text(/^(?:#|mtllib|v |o |g )/m, 1024), 'OBJ mesh', 'OBJ 격자'),
  format('ply2', 'text', 'ply2', text(/^\s*\d+\s*\n\s*\d+\s*\n\s*-?[\d.]/, 256), 'PLY2 mesh', 'PLY2 격자'),
  format(
    'movie-byu',
    'text',
    'g byu',
    text(/^(?:[ \t]*\d+){4}[ \t]*\r?\n(?:[ \t]*\d+){2}/, 256),
    'Movie.BYU geometry',
    'Movie.BYU 형상',
  ),
  format(
    'plot3d-text',
    'text',
    'xyz p3d q x',
    text(/^\s*\d+\s*\n(?:[ \t]*\d+[ \t]+\d+(?:[ \t]+\d+)?[ \t]*\r?\n)+/, 1024),
    'PLOT3D grid (text)',
    'PLOT3D 격자 (텍스트)',
  ),
  format(
    'touchstone',
    'text',
    's1p s2p s3p s4p snp',
    text(/^#\s*[GMK]?HZ\s+[SYZGH]\b/im, 8192),
    'Touchstone network data',
    'Touchstone 회로망 데이터',
  ),
  format('avl-mass', 'text', 'mass', text(/^(?:Lunit|Munit|Tunit)\s*=/m, 8192), 'AVL mass file', 'AVL 질량 파일'),
]

/** What programs print. */
const RESULTS = [
  format(
    'nastran-f06',
    'text',
    'f06',
    text(/N A S T R A N|C A S E {4}C O N T R O L|E I G E N V A L U E|D I S P L A C E M E N T|S T R E S S E S/, HEAD),
    'Nastran printed results (F06)',
    'Nastran 출력 결과 (F06)',
  ),
  format(
    'nastran-punch',
    'text',
    'pch',
    text(/^\$(?:TITLE|SUBTITLE|LABEL)\b/m, 2048),
    'Nastran punch results',
    'Nastran 펀치 결과',
  ),
  format(
    'calculix-dat',
    'text',
    'dat',
    text(/^ [a-z][\w ]*\([\w,]+\) for set \S+ and time/m, 2048),
    'CalculiX printed results',
    'CalculiX 출력 결과',
  ),
  format('abaqus-text', 'text', 'sta msg dat log', text(/\bAbaqus[/ ]/i, 200), 'Abaqus log', 'Abaqus 로그'),
  format('fluent-transcript', 'text', 'trn', anyText, 'Fluent transcript', 'Fluent 실행 기록'),
  format('csv', 'text', 'csv tsv', ({ isText }) => isText, 'table (CSV)', '표 (CSV)'),
]

/** Sources in the languages of user routines and scripts. */
const SOURCES = [
  format('c-source', 'text', 'c h cc cpp cxx', anyText, 'C or C++ source', 'C 또는 C++ 소스'),
  format('fortran-source', 'text', 'f for ftn f77 f90 f95', anyText, 'Fortran source', 'Fortran 소스'),
  format('python', 'text', 'py', anyText, 'Python script', 'Python 스크립트'),
  format('matlab-source', 'text', 'm', anyText, 'MATLAB or Octave source', 'MATLAB 또는 Octave 소스'),
]

export const BY_NAME_FORMATS = [
  format('tar-empty', 'tar', 'tar', emptyTar, 'tar archive without members', '내용이 없는 tar 파일'),
  ...ARITHMETIC_BY_NAME,
  ...DECKS,
  ...MESHES,
  ...RESULTS,
  ...SOURCES,
]

/** Extensions that hold text or bytes without a signature; they only say that a container would be odd there. */
export const NAME_ONLY_FORMATS = [
  format(
    'text-names',
    'text',
    'txt md log csv tsv f06 pch sta cfg ini yaml yml toml geo igs iges obj unv',
    null,
    'text',
    '텍스트',
  ),
  format('source-names', 'text', 'c h cc cpp f f90 for py sh pl tcl m jou comm mfront', null, 'source', '소스'),
]
