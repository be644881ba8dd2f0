import { format } from './format.ts'
import {
  all,
  any,
  bzip2,
  compress,
  contains,
  cpio,
  gzip,
  hdf5,
  hex,
  lz4,
  lzmaAlone,
  magic,
  tar,
  zstd,
} from './probes.ts'

/** Archives and compressed files. */
export const ARCHIVE_FORMATS = [
  format('zip', 'zip', 'zip', any(hex('504b0304'), hex('504b0506'), hex('504b0708')), 'zip archive', 'zip 압축 파일'),
  format('gzip', 'gzip', 'gz tgz svgz', gzip, 'gzip', 'gzip 압축 파일'),
  format('bzip2', 'bzip2', 'bz2 tbz tbz2', bzip2, 'bzip2', 'bzip2 압축 파일'),
  format('xz', 'xz', 'xz txz', hex('fd377a585a00'), 'xz', 'xz 압축 파일'),
  format('zstd', 'zstd', 'zst tzst', zstd, 'zstd', 'zstd 압축 파일'),
  format('lz4', 'lz4', 'lz4', lz4, 'lz4', 'lz4 압축 파일'),
  format('7z', '7z', '7z', hex('377abcaf271c'), '7-Zip archive', '7-Zip 압축 파일'),
  format('rar', 'rar', 'rar', any(hex('526172211a0700'), hex('526172211a070100')), 'RAR archive', 'RAR 압축 파일'),
  format('cab', 'cab', 'cab', all(hex('4d53434600000000'), hex('0301', 24)), 'Windows cabinet', 'CAB 압축 파일'),
  format('tar', 'tar', 'tar', tar, 'tar archive', 'tar 파일'),
  format('cpio', 'cpio', 'cpio', cpio, 'cpio archive', 'cpio 파일'),
  format('ar', 'ar', 'a lib', magic('!<arch>\n'), 'ar library', 'ar 라이브러리'),
  format('compress', 'compress', 'z taz', compress, 'compress', 'compress 압축 파일'),
  format('lzma', 'lzma', 'lzma tlz', lzmaAlone, 'lzma', 'lzma 압축 파일'),
]

/** HDF5 by the names of the links inside; the plain one comes last. */
export const HDF5_FORMATS = [
  format('fluent-cas-h5', 'hdf5', 'h5', all(hdf5, contains('meshes', 'settings')), 'Fluent case or mesh (CFF)'),
  format('fluent-dat-h5', 'hdf5', 'h5', all(hdf5, contains('results', 'settings')), 'Fluent data (CFF)'),
  format(
    'cgns-hdf5',
    'hdf5',
    'cgns',
    all(hdf5, any(contains('CGNSLibraryVersion'), contains('HDF5 MotherNode'))),
    'CGNS (HDF5)',
  ),
  format('nastran-h5', 'hdf5', 'h5', all(hdf5, contains('NASTRAN')), 'Nastran results (HDF5)'),
  format(
    'med',
    'hdf5',
    'med mmed rmed',
    all(hdf5, any(contains('INFOS_GENERALES'), contains('ENS_MAA'))),
    'MED mesh or fields',
  ),
  format('salome-study', 'hdf5', 'hdf', all(hdf5, contains('STUDY_STRUCTURE')), 'Salome study'),
  format('vtkhdf', 'hdf5', 'vtkhdf', all(hdf5, contains('VTKHDF')), 'VTK HDF'),
  format('ansys-pmdb', 'hdf5', 'pmdb fmd', all(hdf5, contains('Part Manager Stream')), 'Ansys part manager database'),
  format('ansys-acph5', 'hdf5', 'acph5 mapping', all(hdf5, contains('ACP Lay-up Model')), 'Ansys ACP lay-up model'),
  format(
    'netcdf4',
    'hdf5',
    'nc nc4 e exo ex2 g',
    all(hdf5, any(contains('_NCProperties'), contains('_Netcdf4Dimid'))),
    'NetCDF-4',
  ),
  format('matlab-73', 'hdf5', 'mat', all(hdf5, magic('MATLAB 7.3 MAT-file')), 'MATLAB 7.3 data'),
  format('hdf5', 'hdf5', 'h5 hdf5 hdf he5 h5m agdb cas msh dat conf pmdb fmd', hdf5, 'HDF5'),
]

export const OLE_FORMATS = [
  format(
    'ole2',
    'ole2',
    'doc xls ppt msg sldprt sldasm slddrw agdb ipt iam idw par psm asm dft db mpp vsd',
    hex('d0cf11e0a1b11ae1'),
    'OLE2 document (Office, SolidWorks, DesignModeler …)',
    'OLE2 문서 (Office, SolidWorks, DesignModeler …)',
  ),
]

/** Zips by their members: see zip-kinds.ts. These lines only say which extensions are zips. */
export const ZIP_EXTENSIONS = [
  format('office-zip', 'zip', 'docx docm xlsx xlsm pptx pptm odt ods odp odg vsdx', null, 'Office document'),
  format(
    'cae-zip',
    'zip',
    'wbpz mechpz aedtz avz scdoc scdocx dsco fcstd f3d f3z fmu ssp twin 3mf amf',
    null,
    'CAE project (zip)',
  ),
  format('code-zip', 'zip', 'npz whl jar kmz usdz', null, 'zip document'),
]
