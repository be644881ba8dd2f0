import type { Label } from './format.ts'

export type ZipKind = {
  readonly label: Label
  /** One member path that proves the kind. */
  readonly member: RegExp
  /** What stands in that member of models that carry native libraries under binaries/<platform>/ as their standard says. */
  readonly nativeCodeRoot?: RegExp
}

/** What a zip is, by its members (formats.md §1); the first line that fits names it. */
export const ZIP_KINDS: readonly ZipKind[] = [
  {
    member: /^modelDescription\.xml$/,
    label: { en: 'FMU or twin model', ko: 'FMU 또는 트윈 모델' },
    nativeCodeRoot: /<fmiModelDescription[\s>/]/,
  },
  {
    member: /^SystemStructure\.ssd$/,
    label: { en: 'SSP system', ko: 'SSP 시스템' },
    nativeCodeRoot: /<(?:\w+:)?SystemStructureDescription[\s>/]/,
  },
  { member: /^3D\/3dmodel\.model$/, label: { en: '3MF model', ko: '3MF 모델' } },
  { member: /^simulink\/blockdiagram\.xml$/, label: { en: 'Simulink model', ko: 'Simulink 모델' } },
  { member: /^(?:dmodel|modelinfo)\.xml$/, label: { en: 'COMSOL model', ko: 'COMSOL 모델' } },
  { member: /^[^/]+\.aedt$/, label: { en: 'Ansys Electronics archive', ko: 'Ansys Electronics 아카이브' } },
  { member: /^[^/]+\.dist-info\/WHEEL$/, label: { en: 'Python package (wheel)', ko: 'Python 패키지 (wheel)' } },
  { member: /^Document\.xml$/, label: { en: 'FreeCAD document', ko: 'FreeCAD 문서' } },
  { member: /^FusionAssetName\[Active\]\//, label: { en: 'Fusion 360 archive', ko: 'Fusion 360 아카이브' } },
  { member: /^SpaceClaim\//, label: { en: 'SpaceClaim or Discovery model', ko: 'SpaceClaim 또는 Discovery 모델' } },
  { member: /^[^/]+_files\/dp0\//, label: { en: 'Ansys Workbench project', ko: 'Ansys Workbench 프로젝트' } },
  { member: /^word\/document\.xml$/, label: { en: 'Word document', ko: 'Word 문서' } },
  { member: /^xl\/workbook\.(xml|bin)$/, label: { en: 'Excel workbook', ko: 'Excel 문서' } },
  { member: /^ppt\/presentation\.xml$/, label: { en: 'PowerPoint presentation', ko: 'PowerPoint 문서' } },
  { member: /^META-INF\/manifest\.xml$/, label: { en: 'OpenDocument file', ko: 'OpenDocument 문서' } },
  { member: /^[^/]+\.npy$/, label: { en: 'NumPy archive (npz)', ko: 'NumPy 아카이브 (npz)' } },
  { member: /^scene\.gltf$/, label: { en: 'Ansys viewer file', ko: 'Ansys 뷰어 파일' } },
]
