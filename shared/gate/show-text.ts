const LONGEST = 300

/** Controls as their pictures, and what turns or hides letters as a replacement mark: hostile names end up in pages and logs. */
const visible = (text: string): string =>
  text
    .replace(/[\u0000-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd')

/** A name or sentence out of a file, fit to be shown; a long one loses its middle, because its end says more. */
export function showText(text: string): string {
  if (text.length <= LONGEST) return visible(text)
  const half = LONGEST / 2
  return `${visible(text.slice(0, half))} … ${visible(text.slice(-half))}`
}
