import { format } from './format.ts'
import { MAPDL_FORMATS } from './formats-mapdl.ts'
import { all, any, behind, binaryStl, contains, hex, magic, u32 } from './probes.ts'
import type { Sample } from './sample.ts'

/** Title of 40 blanks-padded characters, then the file type and a release such as R712 (single or double words). */
const d3plot = ({ head }: Sample): boolean =>
  head.length >= 64 &&
  [1, 4, 11].includes(head.readUInt32LE(44)) &&
  /^[\x20-\x7e]{40}/.test(head.toString('latin1', 0, 40)) &&
  /^R\d{3}|^\d{3,4}$/.test(head.toString('latin1', 52, 56))

const sw2015 = ({ head }: Sample): boolean =>
  head.length > 64 && head.readUInt32BE(4) === 4 && head.subarray(0, 64).includes(Buffer.from('140006000800', 'hex'))

const classicNetcdf = any(hex('43444601'), hex('43444602'), hex('43444605'))

/** Two letters are weak: its own size must fit into the file, the reserved words be zero, and its second header be a known one. */
const bmp = ({ head, size }: Sample): boolean => {
  if (head.length < 26 || head.readUInt16BE(0) !== 0x424d || head.readUInt32LE(6) !== 0) return false
  const [own, pixels, second] = [head.readUInt32LE(2), head.readUInt32LE(10), head.readUInt32LE(14)]
  return (size === null || own <= size) && own >= 26 && pixels <= own && [12, 40, 52, 56, 64, 108, 124].includes(second)
}

/** Binary formats of simulation and CAD, with the confidence "high" of formats.md §1. */
export const CAE_BINARY_FORMATS = [
  format('abaqus-odb', 'binary', 'odb', hex('484b5352443000'), 'Abaqus ODB', 'Abaqus ODB 결과'),
  format('abaqus-sim', 'binary', 'sim', hex('8953494d0d0a1a0a'), 'Abaqus SIM'),
  format(
    'abaqus-fil',
    'binary',
    'fil',
    all(u32(0, 4096), u32(4, 9), u32(12, 1921)),
    'Abaqus results file (FIL)',
    'Abaqus 결과 파일 (FIL)',
  ),
  format('lsdyna-binout', 'binary', '', hex('08080801010100'), 'LS-DYNA binout', 'LS-DYNA binout 결과'),
  format('lsdyna-d3plot', 'binary', '', d3plot, 'LS-DYNA d3plot', 'LS-DYNA d3plot 결과'),
  format(
    'nastran-op2',
    'binary',
    'op2',
    all(hex('04000000'), contains('NASTRAN FORT TAPE ID CODE')),
    'Nastran OP2',
    'Nastran OP2 결과',
  ),
  ...MAPDL_FORMATS,
  format('cfx', 'binary', 'def gtm res', magic('*INFO\n'), 'Ansys CFX file', 'Ansys CFX 파일'),
  format('ansys-edb', 'binary', 'def', magic("$begin 'Hdr'", 5), 'Ansys EDB definition', 'Ansys EDB 정의'),
  format('cgns-adf', 'binary', 'cgns', magic('ADF Database Version', 4), 'CGNS (ADF)'),
  format('hdf4', 'binary', 'hdf hdf4', hex('0e031301'), 'HDF4'),
  format('exodus', 'binary', 'e exo ex2 g', all(classicNetcdf, contains('num_dim', 'num_nodes')), 'Exodus II (NetCDF)'),
  format('netcdf', 'binary', 'nc e exo ex2 g', classicNetcdf, 'NetCDF'),
  format('nx-part', 'binary', 'prt', magic('SPLMSSTR'), 'Siemens NX part', 'Siemens NX 파트'),
  format(
    'parasolid-binary',
    'binary',
    'x_b',
    all(magic('PS'), contains(': TRANSMIT FILE')),
    'Parasolid (binary)',
    'Parasolid (바이너리)',
  ),
  format('acis-binary', 'binary', 'sab', magic('ACIS BinaryFile'), 'ACIS SAB'),
  format(
    'dwg',
    'binary',
    'dwg',
    behind([0x41], ({ head }) => /^AC10\d\d\0/.test(head.toString('latin1', 0, 7))),
    'AutoCAD drawing (DWG)',
    'AutoCAD 도면 (DWG)',
  ),
  format(
    'sketchup',
    'binary',
    'skp',
    hex('fffeff0e53006b00650074006300680055007000'),
    'SketchUp model',
    'SketchUp 모델',
  ),
  format('solidworks', 'binary', 'sldprt sldasm slddrw', sw2015, 'SolidWorks document', 'SolidWorks 문서'),
  format('fbx', 'binary', 'fbx', magic('Kaydara FBX Binary  \0\x1a\0'), 'FBX (binary)', 'FBX (바이너리)'),
  format(
    'jt',
    'binary',
    'jt',
    ({ head, isText }) => !isText && /^Version \d\d?\.\d+ /.test(head.toString('latin1', 0, 13)),
    'JT model',
    'JT 모델',
  ),
  format('glb', 'binary', 'glb', hex('676c546602000000'), 'glTF (binary)', 'glTF (바이너리)'),
  format(
    'tecplot-binary',
    'binary',
    'plt szplt',
    any(magic('#!TDV1'), magic('#!SZPLT')),
    'Tecplot data',
    'Tecplot 데이터',
  ),
  format(
    'ensight-geometry',
    'binary',
    'geo',
    any(magic('C Binary'), magic('Fortran Binary', 4)),
    'EnSight geometry (binary)',
    'EnSight 형상 (바이너리)',
  ),
  format(
    'brep-binary',
    'binary',
    'brep bin',
    magic('Open CASCADE Topology V'),
    'OpenCASCADE shape (binary)',
    'OpenCASCADE 형상 (바이너리)',
  ),
  format('openvdb', 'binary', 'vdb', hex('2042445600000000'), 'OpenVDB grid', 'OpenVDB 격자'),
  format('nek5000', 'binary', '', magic('#std 4'), 'Nek5000 field', 'Nek5000 필드'),
  format('matlab-5', 'binary', 'mat', magic('MATLAB 5.0 MAT-file'), 'MATLAB data', 'MATLAB 데이터'),
  format('numpy', 'binary', 'npy', hex('934e554d5059'), 'NumPy array', 'NumPy 배열'),
  format('gettext', 'binary', 'mo', any(hex('de120495'), hex('950412de')), 'gettext catalogue', 'gettext 번역 파일'),
  format('gdsii', 'binary', 'gds', all(hex('00060002'), hex('001c0102', 6)), 'GDSII layout', 'GDSII 레이아웃'),
  format('shapefile', 'binary', 'shp shx', hex('0000270a'), 'Shapefile'),
  format(
    'catia',
    'binary',
    'catpart catproduct catdrawing cgr',
    magic('V5_CFV2'),
    'CATIA V5 document',
    'CATIA V5 문서',
  ),
  format('creo', 'binary', 'prt asm drw frm', magic('#UGC:2'), 'Creo part or assembly', 'Creo 파트 또는 어셈블리'),
  format(
    'dxf-binary',
    'binary',
    'dxf',
    magic('AutoCAD Binary DXF\r\n\x1a\0'),
    'DXF drawing (binary)',
    'DXF 도면 (바이너리)',
  ),
  format(
    '3ds',
    'binary',
    '3ds',
    ({ head, size }) => head.length > 6 && head.readUInt16BE(0) === 0x4d4d && head.readUInt32LE(2) === size,
    '3D Studio mesh',
    '3D Studio 격자',
  ),
  format(
    'galileo',
    'binary',
    'fac',
    magic('Galileo generated facet file', 6),
    'facet model (Galileo)',
    '패싯 모델 (Galileo)',
  ),
  format('spcth', 'binary', '', magic('spydata'), 'CTH SPY plot data', 'CTH SPY 데이터'),
  format('sqlite', 'binary', 'sqlite sqlite3 db', magic('SQLite format 3\0'), 'SQLite database', 'SQLite 데이터베이스'),
  format(
    'java-class',
    'binary',
    'class',
    ({ head }) => head.length > 8 && head.readUInt32BE(0) === 0xcafebabe,
    'Java class',
    'Java 클래스',
  ),
  format('stl-binary', 'binary', 'stl stla stlb', binaryStl, 'STL (binary)', 'STL (바이너리)'),
]

/** Documents and pictures; everything else that is common is named by file-type. */
export const OFFICE_FORMATS = [
  format('pdf', 'pdf', 'pdf', magic('%PDF-'), 'PDF'),
  format('png', 'picture', 'png', hex('89504e470d0a1a0a'), 'PNG picture', 'PNG 그림'),
  format('jpeg', 'picture', 'jpg jpeg jpe', hex('ffd8ff'), 'JPEG picture', 'JPEG 그림'),
  format('gif', 'picture', 'gif', any(magic('GIF87a'), magic('GIF89a')), 'GIF picture', 'GIF 그림'),
  format('tiff', 'picture', 'tif tiff', any(hex('49492a00'), hex('4d4d002a')), 'TIFF picture', 'TIFF 그림'),
  format('webp', 'picture', 'webp', all(magic('RIFF'), magic('WEBP', 8)), 'WebP picture', 'WebP 그림'),
  format(
    'riff',
    'media',
    'wav avi',
    all(magic('RIFF'), any(magic('WAVE', 8), magic('AVI ', 8))),
    'film or sound (RIFF)',
    '영상 또는 음성 (RIFF)',
  ),
  format('bmp', 'picture', 'bmp', bmp, 'BMP picture', 'BMP 그림'),
  format('picture-names', 'picture', 'ico avif heic jp2', null, 'picture', '그림'),
  format(
    'media-names',
    'media',
    'mp4 mov avi mkv webm wmv mp3 wav ogv mpg mpeg',
    null,
    'film or sound',
    '영상 또는 음성',
  ),
]
