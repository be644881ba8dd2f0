/** An LS-DYNA keyword deck of about `bytes` bytes: a node table as preprocessors write it. */
export function lsDynaDeck(bytes: number): Buffer {
  const lines = ['*KEYWORD', '*TITLE', 'airlock bench', '*NODE']
  const head = lines.join('\n').length
  const column = (value: number, width: number) => value.toFixed(6).padStart(width)
  for (let node = 1, length = head; length < bytes - 80; node++) {
    const place = [node * 0.25, (node % 97) * 1.5, (node % 13) * -2.75].map((value) => column(value, 16)).join('')
    lines.push(`${String(node).padStart(8)}${place}       0       0`)
    length += 73
  }
  return Buffer.from(`${lines.join('\n')}\n*END\n`)
}
