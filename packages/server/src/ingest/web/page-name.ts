/** What a document from the web is called: the name its server gives, else the title of the page, else the end of its address. Pure. */
import { decodeText } from '../extract/charset.ts'
import { cleanName } from '../extract/container/names.ts'

/** Bytes in which the title of a page is looked for. */
export const HEAD_BYTES = 64 * 1024
const TITLE_CHARS = 120

const HTML_START = /^(?:\ufeff)?\s*(?:<!--[\s\S]{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>])/i
const HTML_NAME = /\.(?:x?html?|xht)$/i
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

export interface PageOrigin {
  /** address that the content came from */
  url: string
  mediaType: string
  /** of Content-Disposition */
  fileName: string | null
  /** the first HEAD_BYTES */
  head: Uint8Array
}

export function nameOfPage({ url, mediaType, fileName, head }: PageOrigin): string {
  const last = lastPart(url)
  if (fileName !== null && fileName.trim() !== '') return cleanName(fileName.split(/[/\\]/).at(-1)!, last)
  const text = isHtmlType(mediaType) || mediaType === '' || mediaType === 'text/plain' ? textOf(head) : ''
  if (!isHtmlType(mediaType) && !HTML_START.test(text)) return last
  const title = titleOf(text)
  if (title !== '') return `${title}.html`
  return HTML_NAME.test(last) ? last : `${last}.html`
}

/** Folder that a page is shown in: its site. */
export const folderOfPage = (url: string): string => cleanName(new URL(url).hostname, 'web')

const isHtmlType = (mediaType: string): boolean => mediaType === 'text/html' || mediaType === 'application/xhtml+xml'

function textOf(head: Uint8Array): string {
  try {
    const declared = /charset\s*=\s*["']?\s*([\w-]+)/i.exec(Buffer.from(head.subarray(0, 4096)).toString('latin1'))?.[1] ?? null
    return decodeText(head, declared).text
  } catch {
    return ''
  }
}

function titleOf(html: string): string {
  const title = /<title[^>]{0,200}>([^<]{1,2000})/i.exec(html)?.[1] ?? ''
  const plain = cleanName(decodeEntities(title), '')
  const cut = plain.length > TITLE_CHARS ? `${plain.slice(0, TITLE_CHARS).toWellFormed().replaceAll('\ufffd', '').trimEnd()}…` : plain
  // A title that ends like a file name would be taken for that kind of file.
  return cut.replace(/^\.+/, '').trim()
}

export const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal?: string, hex?: string, named?: string) => {
    if (named !== undefined) return ENTITIES[named.toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

function lastPart(url: string): string {
  const { pathname, hostname } = new URL(url)
  const part = pathname.split('/').findLast((segment) => segment !== '') ?? hostname
  try {
    return cleanName(decodeURIComponent(part), hostname)
  } catch {
    return cleanName(part, hostname)
  }
}
