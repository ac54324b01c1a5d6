/** Outlook messages (MSG, [MS-OXMSG]). Attachments, and mails attached to a mail, become documents of their own. */
import msgreader, { type FieldsData } from '@kenjiuno/msgreader'
import { fail } from '../../base/fail.ts'
import { decodeText } from './charset.ts'
import { CompoundFile } from './compound-file.ts'
import { type Mail, mailExtraction } from './mail/message.ts'
import type { Extractor } from './types.ts'

export const MSG_VERSION = 'msg-1 msgreader-1.28.0'

type MsgReader = import('@kenjiuno/msgreader').default
type ReaderClass = typeof import('@kenjiuno/msgreader').default
// A CommonJS module: what Node imports is its exports with the class in them; bundlers import the class.
const Reader: ReaderClass = typeof msgreader === 'function' ? msgreader : (msgreader as unknown as { default: ReaderClass }).default

/** Keeps every byte as the character of the same number, so that the bytes can be had back. */
const BYTES = 'latin1'

export const extractMsg: Extractor = async (input) => {
  // The library follows chains wherever they lead.
  new CompoundFile(input.bytes).requireSound()
  const { reader, fields } = open(input.bytes)
  input.progress()
  return mailExtraction(toMail(reader, fields), { mediaType: 'application/vnd.ms-outlook', engine: MSG_VERSION }, input)
}

/** Reads twice where the strings are not Unicode: once for their bytes, then in the character set that these are in. */
function open(bytes: Uint8Array): { reader: MsgReader; fields: FieldsData } {
  const first = parse(bytes, BYTES)
  const { subject = '', body = '', senderName = '' } = first.fields
  const raw = [subject, senderName, body].join('\n')
  // eslint-disable-next-line no-control-regex -- the question is exactly which characters there are
  const isBytes = /[\u0080-\u00ff]/.test(raw) && !/[^\u0000-\u00ff]/.test(raw)
  const charset = isBytes ? charsetOf(Buffer.from(raw, BYTES)) : null
  return charset === null ? first : parse(bytes, charset)
}

function parse(bytes: Uint8Array, ansiEncoding: string): { reader: MsgReader; fields: FieldsData } {
  try {
    const reader = new Reader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    reader.parserConfig = { ansiEncoding }
    boundWalks(reader, bytes.length)
    const fields = reader.getFileData()
    if (fields.error !== undefined) throw new Error(fields.error)
    return { reader, fields: withProperTypes(fields) }
  } catch (error) {
    throw fail('ingest.corrupt', { detail: 'MSG' }, error)
  }
}

/** Of a damaged file a property may have another type than its name says; it is left out then. */
function withProperTypes<T extends FieldsData>(fields: T): T {
  const texts = ['subject', 'body', 'bodyHtml', 'senderName', 'senderSmtpAddress', 'senderEmail', 'name', 'smtpAddress', 'email'] as const
  const names = [
    'fileName',
    'extension',
    'attachMimeTag',
    'pidContentId',
    'messageDeliveryTime',
    'clientSubmitTime',
    'creationTime',
  ] as const
  for (const key of [...texts, ...names]) if (typeof fields[key] !== 'string') delete fields[key]
  if (!(fields.html instanceof Uint8Array)) delete fields.html
  for (const inner of [...(fields.recipients ?? []), ...(fields.attachments ?? [])]) withProperTypes(inner)
  return fields
}

/** A step of a walk along sectors covers at least 64 bytes, and each is walked a few times at most. */
const BYTES_PER_STEP = 8

/**
 * The library follows chains of sectors wherever they lead, also in circles, and finds other chains in damaged files
 * than we do: its own steps are counted. Internal to the pinned version; without the function there is nothing to bound.
 */
function boundWalks(reader: MsgReader, sizeBytes: number): void {
  const { reader: sectors } = reader as unknown as { reader: { getNextBlockInner: (...from: unknown[]) => number } }
  const next = sectors.getNextBlockInner.bind(sectors)
  let steps = Math.ceil(sizeBytes / BYTES_PER_STEP)
  sectors.getNextBlockInner = (...from) => {
    steps -= 1
    if (steps < 0) throw new Error('sectors without end')
    return next(...from)
  }
}

function charsetOf(bytes: Uint8Array): string | null {
  try {
    return decodeText(bytes).charset
  } catch {
    return null
  }
}

function toMail(reader: MsgReader, fields: FieldsData): Mail {
  const recipients = (type: 'to' | 'cc'): string =>
    (fields.recipients ?? [])
      .filter(({ recipType = 'to' }) => recipType === type)
      .map(({ name, smtpAddress, email }) => mailbox(name, smtpAddress ?? email))
      .join(', ')
  return {
    subject: fields.subject ?? '',
    headers: [
      ['From', mailbox(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail)],
      ['To', recipients('to')],
      ['Cc', recipients('cc')],
      ['Date', fields.messageDeliveryTime ?? fields.clientSubmitTime ?? fields.creationTime ?? ''],
    ],
    html: htmlOf(fields),
    text: fields.body ?? null,
    attachments: (fields.attachments ?? []).flatMap((attachment) => {
      const found = attachmentOf(reader, attachment)
      return found === null ? [] : [found]
    }),
  }
}

/** An address of an Exchange directory says nothing to a person. */
const mailbox = (name = '', address = ''): string =>
  [name, address.includes('@') && address !== name && `<${address}>`].filter(Boolean).join(' ')

function htmlOf({ bodyHtml, html }: FieldsData): string | null {
  if (bodyHtml) return bodyHtml
  if (!html || html.byteLength === 0) return null
  try {
    return decodeText(html, /charset\s*=\s*["']?([\w-]+)/i.exec(Buffer.from(html.subarray(0, 4096)).toString(BYTES))?.[1] ?? null).text
  } catch {
    return null
  }
}

function attachmentOf(reader: MsgReader, attachment: FieldsData): Mail['attachments'][number] | null {
  try {
    const { fileName, content } = reader.getAttachment(attachment)
    return {
      name: attachment.innerMsgContent ? `${attachment.name ?? 'mail'}.msg` : (attachment.fileName ?? fileName ?? attachment.name ?? null),
      mediaType: attachment.attachMimeTag?.toLowerCase() ?? (/^\.(?:png|jpe?g|gif|bmp)$/i.test(attachment.extension ?? '') ? 'image/' : ''),
      inline: attachment.pidContentId !== undefined || attachment.attachmentHidden === true,
      content: content ?? new Uint8Array(),
    }
  } catch {
    // Damaged beyond reading: its name stays in the list with nothing behind it.
    return { name: attachment.fileName ?? attachment.name ?? null, mediaType: '', inline: false, content: new Uint8Array() }
  }
}
