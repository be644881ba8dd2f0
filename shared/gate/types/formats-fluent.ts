import { format } from './format.ts'
import { pattern, text } from './probes.ts'

/** Scheme lists of Fluent and its mesher that are no mesh, case or data; asked before those. */
export const FLUENT_TEXT_FORMATS = [
  format(
    'size-field',
    'text',
    'psf sf',
    pattern(/^\s*\(1 "ANSYS\(R\) TGLib[^\n]*\n\s*\(0 "Size Field File"\)/, 256),
    'Fluent Meshing size field',
    'Fluent Meshing 크기 필드',
  ),
  format(
    'pmdat',
    'text',
    'pmdat',
    pattern(/^\s*\(0 "Machine Config:"\)\s*\(4 \([\d ]+\)\)\s*\(0 face-based grid/, 256),
    'Fluent Meshing part mesh (pmdat)',
    'Fluent Meshing 파트 격자 (pmdat)',
  ),
  format('fluent-views', 'text', 'vw', text(/^\s*\(38 \(\(\s*\(view-list\b/), 'Fluent views', 'Fluent 뷰'),
]
