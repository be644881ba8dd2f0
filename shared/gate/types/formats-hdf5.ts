import { type Format, format } from './format.ts'
import { all, any, contains, hdf5, magic, type Probe } from './probes.ts'

const kind = (id: string, extensions: string, inside: Probe, en: string, ko: string): Format =>
  format(id, 'hdf5', extensions, all(hdf5, inside), en, ko)

const netcdf4 = any(
  contains('_NCProperties'),
  contains('_Netcdf4Dimid'),
  contains('_nc3_strict'),
  contains('This is a netCDF dimension but not a netCDF variable'),
)

/** HDF5 by the names of the links and attributes inside; the plain one comes last. */
export const HDF5_FORMATS = [
  kind('matlab-73', 'mat', magic('MATLAB 7.3 MAT-file'), 'MATLAB 7.3 data', 'MATLAB 7.3 데이터'),
  kind(
    'fluent-cas-h5',
    'h5',
    contains('meshes', 'settings'),
    'Fluent case or mesh (CFF)',
    'Fluent 케이스 또는 격자 (CFF)',
  ),
  kind('fluent-dat-h5', 'h5', contains('results', 'settings'), 'Fluent data (CFF)', 'Fluent 데이터 (CFF)'),
  kind(
    'cgns-hdf5',
    'cgns',
    any(contains('CGNSLibraryVersion'), contains('HDF5 MotherNode')),
    'CGNS (HDF5)',
    'CGNS (HDF5)',
  ),
  kind('nastran-h5', 'h5', contains('NASTRAN'), 'Nastran results (HDF5)', 'Nastran 결과 (HDF5)'),
  kind(
    'med',
    'med mmed rmed',
    any(contains('INFOS_GENERALES'), contains('ENS_MAA')),
    'MED mesh or fields',
    'MED 격자 또는 결과',
  ),
  kind('salome-study', 'hdf', contains('STUDY_STRUCTURE'), 'Salome study', 'Salome 스터디'),
  kind('vtkhdf', 'vtkhdf', contains('VTKHDF'), 'VTK HDF', 'VTK HDF'),
  kind(
    'ansys-pmdb',
    'pmdb fmd',
    contains('Part Manager Stream'),
    'Ansys part manager database',
    'Ansys 파트 관리자 데이터베이스',
  ),
  kind('ansys-acph5', 'acph5', contains('ACP Lay-up Model'), 'Ansys ACP lay-up model', 'Ansys ACP 적층 모델'),
  kind(
    'ansys-mapping',
    'mapping',
    contains('ModelAssemblerIdMapping'),
    'Ansys composite id mapping',
    'Ansys 복합재 ID 매핑',
  ),
  kind('moab', 'h5m', contains('tstt'), 'MOAB mesh (h5m)', 'MOAB 격자 (h5m)'),
  kind(
    'exodus-hdf5',
    'e exo ex2 g',
    all(netcdf4, contains('num_dim', 'num_nodes')),
    'Exodus II (NetCDF-4)',
    'Exodus II (NetCDF-4)',
  ),
  kind('netcdf4', 'nc nc4 e exo ex2 g', netcdf4, 'NetCDF-4', 'NetCDF-4'),
  format('hdf5', 'hdf5', 'h5 hdf5 hdf he5 h5m agdb cas msh dat conf pmdb fmd mat', hdf5, 'HDF5'),
]
