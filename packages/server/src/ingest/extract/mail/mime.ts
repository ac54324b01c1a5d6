/**
 * Parses a MIME message. Character sets first: what the parser takes for UTF-8 because nobody says otherwise is often
 * GB18030 or Big5, and some programs save whole messages as UTF-16.
 */
import PostalMime, { type Address, type Attachment, decodeWords, type Email } from 'postal-mime'
import { fail } from '../../../base/fail.ts'
import { decodeText } from '../charset.ts'
import type { Mail } from './message.ts'

export const MIME_ENGINE = 'postal-mime-4.0.0'

/** Nothing deeper was ever sent by a person; the parser's own default is 256. */
const NESTING = 256

/** @throws ingest.nesting_limit, ingest.corrupt */
export async function parseMime(bytes: Uint8Array): Promise<Mail> {
  const email = await new CharsetMime({ forceRfc822Attachments: true, maxNestingDepth: NESTING })
    .parse(asUtf8Headers(asBytes(bytes)))
    .catch((cause: unknown) => {
      // The parser's only error with a meaning; its others are of headers without end.
      if (cause instanceof Error && cause.message.includes('nesting')) throw fail('ingest.nesting_limit', { limit: NESTING }, cause)
      throw fail('ingest.corrupt', { detail: 'MIME' }, cause)
    })
  return toMail(email)
}

/** Subject of a message, decoded; '' without one. Looks at the headers alone. */
export function subjectOf(message: Uint8Array): string {
  const head = Buffer.from(asUtf8Headers(message.subarray(0, 16 * 1024)))
    .toString('utf8')
    .split(/\r?\n\r?\n/)[0]!
  const subject = /^subject:(.*(?:\r?\n[ \t].*)*)/im.exec(head)?.[1]
  return subject === undefined ? '' : decodeWords(subject.replace(/\r?\n/g, '')).trim()
}

function toMail(email: Email): Mail {
  const raw = (key: string): string => decodeWords(email.headers.find((header) => header.key === key)?.value ?? '')
  return {
    subject: email.subject ?? '',
    headers: [
      ['From', email.from ? addresses([email.from]) : raw('from')],
      ['To', email.to ? addresses(email.to) : raw('to')],
      ['Cc', email.cc ? addresses(email.cc) : raw('cc')],
      ['Date', raw('date')],
    ],
    html: email.html ?? null,
    text: email.text ?? null,
    attachments: email.attachments.map((attachment) => ({
      name: attachment.filename,
      mediaType: attachment.mimeType,
      inline: attachment.related === true || attachment.disposition === 'inline' || isShown(attachment, email.html),
      content: contentOf(attachment),
    })),
  }
}

/** Does the body show it? */
const isShown = ({ contentId = '' }: Attachment, html = ''): boolean =>
  contentId.length > 2 && html.includes(`cid:${contentId.replace(/^<|>$/g, '')}`)

function contentOf({ content }: Attachment): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content)
  return content instanceof Uint8Array ? content : new Uint8Array(content)
}

const addresses = (list: readonly Address[]): string =>
  list
    .map((address) =>
      address.group
        ? `${address.name}: ${addresses(address.group)}`
        : [address.name, address.address && `<${address.address}>`].filter(Boolean).join(' '),
    )
    .join(', ')

/** The parts of the parser's tree that are used here; internal to the pinned version, so a test would notice a change. */
interface MimePart {
  content: ArrayBuffer | null
  contentType: { parsed: { value: string; params: Record<string, string> } }
  contentDisposition: { parsed: { value: string } }
}
type Collect = (this: PostalMime, part: MimePart, ...rest: unknown[]) => Promise<void>
const collect = (PostalMime.prototype as unknown as { collectNode: Collect }).collectNode

/** Decodes each part of the text by our own rule before the parser does. */
class CharsetMime extends PostalMime {
  async collectNode(part: MimePart, ...rest: unknown[]): Promise<void> {
    const { value, params } = part.contentType.parsed
    const isText = value === 'text/plain' || value === 'text/html'
    if (isText && part.content && part.contentDisposition.parsed.value !== 'attachment') {
      const text = decoded(new Uint8Array(part.content), params.charset ?? null)
      if (text !== null) {
        part.content = new TextEncoder().encode(text).buffer
        params.charset = 'utf-8'
      }
    }
    await collect.call(this, part, ...rest)
  }
}

function decoded(bytes: Uint8Array, declared: string | null): string | null {
  try {
    return decodeText(bytes, declared).text
  } catch {
    // Not a text by our rule: the parser shows what it can.
    return null
  }
}

/** Messages saved as UTF-16 become UTF-8; all others stay as they are. */
function asBytes(bytes: Uint8Array): Uint8Array {
  const wide =
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    bytes.subarray(0, 200).filter((byte) => byte === 0).length > 50
  return wide ? new TextEncoder().encode(decodeText(bytes).text) : bytes
}

/** Lines that may hold raw 8-bit names and subjects: headers, and parameters of headers on lines of their own. */
const HEADER_LINE = /^(?:(?:subject|from|to|cc|bcc|sender|reply-to|content-[a-z-]+|x-[\w-]+|comments)\s*:|[ \t]+(?:file)?name\s*=)/i
const SAMPLE_BYTES = 64 * 1024

/** Headers may be no more than ASCII; some programs send them raw in their own character set. */
function asUtf8Headers(bytes: Uint8Array): Uint8Array {
  if (isUtf8(bytes)) return bytes
  const lines = linesOf(bytes)
  const strange = lines.filter((line) => line.some((byte) => byte >= 0x80))
  const sample = Buffer.concat(strange).subarray(0, SAMPLE_BYTES)
  let charset: string
  try {
    charset = decodeText(sample).charset
  } catch {
    return bytes
  }
  const decoder = new TextDecoder(charset)
  return Buffer.concat(
    lines.map((line) =>
      !isUtf8(line) && HEADER_LINE.test(Buffer.from(line.subarray(0, 60)).toString('latin1')) ? Buffer.from(decoder.decode(line)) : line,
    ),
  )
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** With their line ends. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end + 1
    lines.push(bytes.subarray(from, to))
    from = to
  }
  return lines
}
