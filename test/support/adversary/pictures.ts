/** A GIF of one pixel; `after` is put behind its end. */
export const gifFile = (after: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([
    Buffer.from('47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b', 'hex'),
    after,
  ])

/** A PDF of one empty page; `after` is put behind %%EOF. */
export function pdfFile(after: Buffer = Buffer.alloc(0)): Buffer {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>',
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, i) => {
    const at = text.length
    text += `${i + 1} 0 obj${object}endobj\n`
    return `${String(at).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 4\n0000000000 65535 f \n${places.join('')}`
  const end = `trailer<</Size 4/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.concat([Buffer.from(text + table + end), after])
}
