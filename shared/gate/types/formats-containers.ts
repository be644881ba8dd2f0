import { format } from './format.ts'
import { all, any, bzip2, compress, cpio, gzip, hex, lz4, lzma, magic, tar, zstd } from './probes.ts'

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
  format('lzma', 'lzma', 'lzma tlz', lzma, 'lzma', 'lzma 압축 파일'),
]

/** Zips by their members: see zip-kinds.ts. These lines only say which extensions are zips. */
export const ZIP_EXTENSIONS = [
  format(
    'office-zip',
    'zip',
    'docx docm xlsx xlsm pptx pptm odt ods odp odg vsdx',
    null,
    'Office document',
    'Office 문서',
  ),
  format(
    'cae-zip',
    'zip',
    'wbpz mechpz aedtz avz scdoc scdocx dsco fcstd f3d f3z fmu ssp twin 3mf amf',
    null,
    'CAE project (zip)',
    'CAE 프로젝트 (zip)',
  ),
  format('code-zip', 'zip', 'npz whl jar kmz usdz', null, 'zip document', 'zip 문서'),
]
