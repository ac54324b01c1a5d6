/** Archives and mails made for tests: what a reader must survive is made here and not kept as files. */
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'

export interface ZipEntry {
  name: string
  content: string | Uint8Array
  /** mode of the file, with its type: 0o120777 is a link */
  mode?: number
  store?: boolean
}

/** A well-formed archive. */
export async function zipFile(entries: readonly ZipEntry[]): Promise<Buffer> {
  const zip = new ZipFile()
  for (const { name, content, mode, store } of entries)
    zip.addBuffer(Buffer.from(content), name, { compress: store !== true, ...(mode === undefined ? {} : { mode }) })
  zip.end()
  const parts: Buffer[] = []
  for await (const part of zip.outputStream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** Streams an archive to a file, for those too large to hold. */
export async function writeZip(file: string, entries: Iterable<ZipEntry>): Promise<void> {
  const zip = new ZipFile()
  const target = createWriteStream(file)
  zip.outputStream.pipe(target)
  for (const { name, content } of entries) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  await finished(target)
}

/** The same archive with an entry's name replaced by one of the same length, as no library would write it. */
export function renamed(zip: Buffer, from: string | Uint8Array, to: string | Uint8Array): Buffer {
  const [before, after] = [Buffer.from(from), Buffer.from(to)]
  if (before.length !== after.length) throw new Error('names must have the same length')
  const copy = Buffer.from(zip)
  for (let at = copy.indexOf(before); at >= 0; at = copy.indexOf(before, at + 1)) after.copy(copy, at)
  return copy
}

/** Marks every entry as encrypted, as the header says it. */
export function encrypted(zip: Buffer): Buffer {
  const copy = Buffer.from(zip)
  for (let at = 0; at + 10 < copy.length; at += 1) {
    const signature = copy.readUInt32LE(at)
    if (signature === 0x04034b50) copy[at + 6]! |= 1
    if (signature === 0x02014b50) copy[at + 8]! |= 1
  }
  return copy
}

/** Takes the flag off that says that names are UTF-8. */
export function withoutUtf8Flag(zip: Buffer): Buffer {
  const copy = Buffer.from(zip)
  for (let at = 0; at + 10 < copy.length; at += 1) {
    const signature = copy.readUInt32LE(at)
    if (signature === 0x04034b50) copy[at + 7]! &= ~0x08
    if (signature === 0x02014b50) copy[at + 9]! &= ~0x08
  }
  return copy
}

export interface MailPart {
  name?: string
  type: string
  content: string | Uint8Array
  headers?: string[]
}

/** A mail with a plain body and attachments. */
export function mailFile(mail: { subject: string; from?: string; date?: string; body: string; attachments?: readonly MailPart[] }): Buffer {
  const boundary = 'between-the-parts'
  const lines = [
    `From: ${mail.from ?? 'Anna <anna@example.com>'}`,
    'To: Ben <ben@example.com>',
    `Subject: ${mail.subject}`,
    ...(mail.date === undefined ? [] : [`Date: ${mail.date}`]),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    mail.body,
  ]
  for (const { name, type, content, headers = [] } of mail.attachments ?? []) {
    lines.push(
      `--${boundary}`,
      `Content-Type: ${type}${name === undefined ? '' : `; name="${name}"`}`,
      'Content-Transfer-Encoding: base64',
      ...(headers.length > 0 ? headers : [`Content-Disposition: attachment${name === undefined ? '' : `; filename="${name}"`}`]),
      '',
      Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n'),
    )
  }
  return Buffer.from([...lines, `--${boundary}--`, ''].join('\r\n'))
}
