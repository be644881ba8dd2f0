import { format } from './format.ts'
import { all, any, contains, magic, pattern, text } from './probes.ts'

/** The first line that is neither blank nor a comment begins with the pattern. */
const KEYWORD = /^(?:[^\S\n]*(?:\$[^\n]*)?\n)*\*KEYWORD\b/i
const ABAQUS = /^(?:[^\S\n]*(?:\*\*[^\n]*)?\n)*[^\S\n]*\*[A-Z]/i
const DYNA_CARD = /^(?:[^\S\n]*(?:\$[^\n]*)?\n)*\*[A-Z]{3,}[A-Z0-9_]*\s*\r?\n/
const NASTRAN =
  /^(?:SOL\s|CEND\b|BEGIN BULK|ID [A-Z0-9]|INIT MASTER|ASSIGN |GRID\*?[ ,]|C(?:QUAD|TRIA|HEXA|TETRA|BAR|ROD)\w*\*?[ ,])/im
const HEAD = 64 * 1024

/** Text formats whose first bytes decide; some carry a binary body behind a text header. */
export const CAE_TEXT_FORMATS = [
  format(
    'openfoam',
    'text',
    'orig foam',
    pattern(/\bFoamFile\b/, 2048),
    'OpenFOAM dictionary or field',
    'OpenFOAM 사전 또는 필드',
  ),
  format('step', 'text', 'stp step ifc', magic('ISO-10303-21;'), 'STEP model', 'STEP 모델'),
  format('vtk', 'text', 'vtk', magic('# vtk DataFile Version'), 'VTK (legacy)'),
  format('gmsh', 'text', 'msh', any(magic('$MeshFormat'), magic('$NOD')), 'Gmsh mesh', 'Gmsh 격자'),
  format('gmsh-pos', 'text', 'pos', any(magic('View "'), magic('$PostFormat')), 'Gmsh post-processing view'),
  format(
    'fluent',
    'text',
    'msh cas dat',
    pattern(/^\s*\((?:0|1|2|4)\s/, 64),
    'Fluent mesh, case or data',
    'Fluent 격자, 케이스 또는 데이터',
  ),
  format('calculix-frd', 'text', 'frd', magic('    1C'), 'CalculiX results (FRD)', 'CalculiX 결과 (FRD)'),
  format('acis', 'text', 'sat', text(/^\s*-?\d+ -?\d+ -?\d+ -?\d+\s*\r?\n[^\n]* ACIS /, 512), 'ACIS SAT model'),
  format(
    'unv',
    'text',
    'unv',
    text(/^\s{4}-1\s*\r?\n\s*(?:15|58|82|151|164|24\d\d|2\d{3})\s*\r?\n/, 64),
    'I-deas universal file (UNV)',
  ),
  format('gambit', 'text', 'neu', text(/^\s*CONTROL INFO/, 80), 'Gambit neutral mesh', 'Gambit 격자'),
  format('idf', 'text', 'ldf', magic('.HEADER'), 'IDF board'),
  format('aedt', 'text', 'aedt a3dcomp', magic("$begin 'Ansoft"), 'Ansys Electronics project'),
  format('tecplot', 'text', 'tec', text(/^\s*(?:TITLE|VARIABLES|ZONE|FILETYPE)\s*=/i), 'Tecplot text data'),
  format(
    'ensight-case',
    'text',
    'case encas sos',
    text(/^(?:[^\S\n]*#[^\n]*\n)*[^\S\n]*FORMAT\s*\r?\n\s*type:/, 2048),
    'EnSight case',
    'EnSight 케이스',
  ),
  format('dxf', 'text', 'dxf', text(/^\s*0\r?\nSECTION/, 64), 'DXF drawing', 'DXF 도면'),
  format('brep', 'text', 'brep', text(/^\s*(?:DBRep_DrawableShape|CASCADE Topology V)/), 'OpenCASCADE shape'),
  format('netgen', 'text', 'in2d', text(/^\s*(?:algebraic3d|splinecurves)/), 'Netgen geometry'),
  format('parasolid', 'text', 'x_t xmt_txt', magic('**ABCDEFGHIJKLMNOPQRSTUVWXYZabc'), 'Parasolid (text)'),
  format('ply', 'text', 'ply', pattern(/^ply\r?\n/, 8), 'PLY mesh', 'PLY 격자'),
  format('off', 'text', 'off', text(/^(?:C|N|ST)*OFF\s/, 16), 'OFF mesh', 'OFF 격자'),
  format('vrml', 'text', 'wrl vrml', magic('#VRML'), 'VRML scene'),
  format('fbx-text', 'text', 'fbx', magic('; FBX'), 'FBX (text)'),
  format(
    'radioss',
    'text',
    'rad',
    text(/^(?:#RADIOSS (?:STARTER|ENGINE)|(?:#[^\n]*\n)*\/BEGIN\b)/, 2048),
    'Radioss deck',
    'Radioss 덱',
  ),
  format('su2', 'text', 'su2', text(/^(?:[^\S\n]*%[^\n]*\n)*[^\S\n]*NDIME\s*=/, 2048), 'SU2 mesh', 'SU2 격자'),
  format('mfem', 'text', 'mesh', magic('MFEM mesh v'), 'MFEM mesh', 'MFEM 격자'),
  format('medit', 'text', 'mesh', text(/^\s*MeshVersionFormatted/), 'Medit mesh', 'Medit 격자'),
  format('moose', 'text', 'i', text(/^(?:[^\S\n]*(?:#[^\n]*)?\n)*\[(?:Mesh|GlobalParams)\]/, 2048), 'MOOSE input'),
  format('aster-mail', 'text', 'mail', text(/^(?:%[^\n]*\n|\s)*(?:TITRE|COOR_[23]D)\b/, 2048), 'Code_Aster mesh'),
  format(
    'stl-text',
    'text',
    'stl stla',
    all(text(/^\s*solid\b/, 16), contains('facet normal')),
    'STL (text)',
    'STL (텍스트)',
  ),
  format('lsdyna', 'text', 'k key dyn asc', text(KEYWORD, 8192), 'LS-DYNA keyword deck', 'LS-DYNA 키워드 덱'),
  format(
    'mapdl-input',
    'text',
    'cdb mac apdl ans anf',
    text(/^(?:[^\S\n]*(?:![^\n]*)?\n)*[^\S\n]*(?:\/COM\b|\/PREP7\b|\/BATCH\b|\/NOPR\b)/i, 4096),
    'Ansys APDL input',
    'Ansys APDL 입력',
  ),
  format('nastran', 'text', 'bdf nas blk inc', null, 'Nastran bulk data', 'Nastran 입력'),
]

export const MARKUP_FORMATS = [
  format('vtk-xml', 'xml', 'vtu vtp vti vts vtr pvd vtm vthb pvtu pvtp', pattern(/<VTKFile\b/, 1024), 'VTK XML'),
  format('xdmf', 'xml', 'xdmf xmf', text(/<Xdmf\b/, 1024), 'XDMF'),
  format('dolfin', 'xml', 'xml', text(/<dolfin\b/, 1024), 'FEniCS mesh (XML)'),
  format('collada', 'xml', 'dae', text(/<COLLADA\b/, 1024), 'COLLADA scene'),
  format('x3d', 'xml', 'x3d', text(/<X3D\b/, 1024), 'X3D scene'),
  format('svg', 'xml', 'svg', text(/<svg\b/, 1024), 'SVG picture', 'SVG 그림'),
  format('xml', 'xml', 'xml engd ssd ui amf scp', text(/^\s*<\?xml\b/, 64), 'XML'),
  format('gltf', 'json', 'gltf', text(/^\s*\{[\s\S]{0,4000}"asset"\s*:\s*\{/, 8192), 'glTF scene'),
  format('json', 'json', 'json ipynb wft fsrt series fctb', text(/^\s*[{[]\s*["{[\d}\]-]/, 64), 'JSON'),
]

/** Weaker signatures: believed only under an extension that goes with them. */
export const BY_NAME_FORMATS = [
  format('nastran', 'text', 'bdf dat nas inc blk', text(NASTRAN, HEAD), 'Nastran bulk data', 'Nastran 입력'),
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
  format('abaqus-text', 'text', 'sta', text(/Abaqus/i, 200), 'Abaqus log'),
  format('csv', 'text', 'csv tsv', ({ isText }) => isText, 'table (CSV)', '표 (CSV)'),
]

/** Extensions that hold text or bytes without a signature; they only say that a container would be odd there. */
export const NAME_ONLY_FORMATS = [
  format(
    'text-names',
    'text',
    'txt md log csv tsv f06 pch sta cfg ini yaml yml toml geo igs iges obj unv',
    null,
    'text',
  ),
  format('source-names', 'text', 'c h cc cpp f f90 for py sh pl tcl m jou comm mfront', null, 'source'),
]
