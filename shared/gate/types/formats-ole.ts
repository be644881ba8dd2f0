import { type Format, format } from './format.ts'
import { all, hex, type Probe } from './probes.ts'

const OLE2 = hex('d0cf11e0a1b11ae1')

/** The directory holds its names in UTF-16; in a long document it may lie behind the head, and the plain line answers. */
const stream = (name: string): Probe => {
  const wanted = Buffer.from(name, 'utf16le')
  return ({ head }) => head.includes(wanted)
}
const kind = (id: string, extensions: string, name: string, en: string, ko: string): Format =>
  format(id, 'ole2', extensions, all(OLE2, stream(name)), en, ko)

/** OLE2 documents by the streams inside; the plain one comes last. */
export const OLE_FORMATS = [
  kind(
    'solidworks-ole',
    'sldprt sldasm slddrw',
    'swXmlContents',
    'SolidWorks document (OLE2)',
    'SolidWorks 문서 (OLE2)',
  ),
  kind('designmodeler', 'agdb', 'AGDB Header', 'Ansys DesignModeler geometry', 'Ansys DesignModeler 형상'),
  kind('inventor', 'ipt iam idw', 'RSeStorage', 'Inventor document', 'Inventor 문서'),
  kind('word-ole', 'doc', 'WordDocument', 'Word document (97–2003)', 'Word 문서 (97–2003)'),
  kind('excel-ole', 'xls', 'Workbook', 'Excel workbook (97–2003)', 'Excel 문서 (97–2003)'),
  kind(
    'powerpoint-ole',
    'ppt',
    'PowerPoint Document',
    'PowerPoint presentation (97–2003)',
    'PowerPoint 문서 (97–2003)',
  ),
  kind('outlook', 'msg', '__substg1.0_', 'Outlook message', 'Outlook 메시지'),
  format(
    'ole2',
    'ole2',
    'doc xls ppt msg sldprt sldasm slddrw agdb ipt iam idw par psm asm dft db mpp vsd',
    OLE2,
    'OLE2 document (Office, SolidWorks, DesignModeler …)',
    'OLE2 문서 (Office, SolidWorks, DesignModeler …)',
  ),
]
