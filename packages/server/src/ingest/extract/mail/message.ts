/** A mail as blocks, whichever file format it came in: subject, headers, body; and its attachments as members. */
import type { Extraction, ExtractInput, ExtractedPage } from '../types.ts'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import { handOver, type Member, memberBlocks } from '../container/members.ts'
import { cleanName, DistinctNames } from '../container/names.ts'
import { oneLine } from '../clean.ts'
import type { DraftBlock } from '../draft.ts'
import { htmlBlocks } from '../html/blocks.ts'
import { capDepth, parseDocument } from '../html/tree.ts'
import { cutIntoPages } from '../pages.ts'
import { textBlocks } from '../text.ts'

export interface Mail {
  subject: string
  /** as the mail shows them: "From", "To", "Date" … with their values, in order */
  headers: [name: string, value: string][]
  html: string | null
  text: string | null
  attachments: MailAttachment[]
}

export interface MailAttachment {
  /** null when the mail gives none */
  name: string | null
  mediaType: string
  /** part of the text: a picture that the body shows */
  inline: boolean
  content: Uint8Array
}

/** Extension of an attachment without a name. Others are told by their content. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'message/rfc822': 'eml',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'application/zip': 'zip',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
}

/** Signatures and the like: nothing that a person wrote. */
const TECHNICAL = /^application\/(?:pgp-signature|(?:x-)?pkcs7-signature|pgp-keys)$/

/** @throws ingest.no_text for a mail without headers, text and attachments */
export function mailExtraction(mail: Mail, of: { mediaType: string; engine: string }, { fromPage }: ExtractInput): Extraction {
  const members = membersOf(mail.attachments)
  const blocks = mailBlocks(mail)
  if (blocks.length === 0 && members.length === 0) throw fail('ingest.no_text')
  return {
    ...of,
    pagesTotal: null,
    inner: (give) => handOver(members, give),
    pages: pagesOf(blocks, members, of.engine, fromPage),
  }
}

/** The list of attachments says what became of each, so it is made last. */
function* pagesOf(blocks: DraftBlock[], members: readonly Member[], engine: string, fromPage: number): Generator<ExtractedPage> {
  yield* cutIntoPages([...blocks, ...memberBlocks(members)], engine).slice(fromPage - 1)
}

function mailBlocks(mail: Mail): DraftBlock[] {
  const blocks: DraftBlock[] = []
  const subject = oneLine(mail.subject)
  if (subject !== '') blocks.push({ kind: 'heading', level: 1, text: subject })
  const headers = mail.headers.map(([name, value]) => [name, oneLine(value)] as const).filter(([, value]) => value !== '')
  if (headers.length > 0) blocks.push({ kind: 'paragraph', text: headers.map(([name, value]) => `${name}: ${value}`).join('\n') })
  return [...blocks, ...bodyBlocks(mail)]
}

/** HTML has the structure; its plain twin is often a stub. A picture alone in the HTML leaves the plain text. */
function bodyBlocks({ html, text }: Mail): DraftBlock[] {
  if (html !== null) {
    const document = parseDocument(html)
    capDepth(document)
    const { blocks } = htmlBlocks(document)
    if (blocks.length > 0) return blocks
  }
  return text === null ? [] : [...textBlocks(text)]
}

function membersOf(attachments: readonly MailAttachment[]): Member[] {
  const distinct = new DistinctNames()
  const members: Member[] = []
  for (const { name: given, mediaType, inline, content } of attachments) {
    const picture = mediaType.startsWith('image/')
    if (TECHNICAL.test(mediaType) || (inline && picture && content.byteLength < LIMITS.inlineImageBytes)) continue
    const extension = EXTENSIONS[mediaType]
    const otherwise = `attachment${extension === undefined ? '' : `.${extension}`}`
    // The last part alone: some programs send the whole path.
    const name = distinct.of('', cleanName((given ?? '').split(/[/\\]/).at(-1)!, otherwise))
    members.push({
      shown: name,
      path: '',
      name,
      sizeBytes: content.byteLength,
      problem: null,
      async *bytes() {
        yield content
      },
    })
  }
  return members
}
