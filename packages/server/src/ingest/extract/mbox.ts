/**
 * A mailbox (mbox, RFC 4155): each message becomes a document of its own, named by its day and subject; the mailbox's
 * own text is the list of them.
 */
import { fail } from '../../base/fail.ts'
import { handOver, type Member, memberBlocks } from './container/members.ts'
import { cleanName, DistinctNames } from './container/names.ts'
import { subjectOf } from './mail/mime.ts'
import { cutIntoPages } from './pages.ts'
import type { ExtractedPage, Extractor } from './types.ts'

export const MBOX_VERSION = 'mbox-1'

const SUBJECT_CHARS = 80

export const extractMbox: Extractor = async ({ bytes, name, fromPage, progress }) => {
  const distinct = new DistinctNames()
  const members: Member[] = []
  for (const message of messagesOf(bytes)) {
    progress()
    const file = distinct.of('', nameOf(message))
    members.push({
      shown: file,
      path: '',
      name: file,
      sizeBytes: message.byteLength,
      problem: null,
      async *bytes() {
        yield message
      },
    })
  }
  if (members.length === 0) throw fail('ingest.corrupt', { detail: 'MBOX' })
  return {
    mediaType: 'application/mbox',
    engine: MBOX_VERSION,
    pagesTotal: null,
    inner: (give) => handOver(members, give),
    pages: listing(name, members, fromPage),
  }
}

function* listing(name: string, members: readonly Member[], fromPage: number): Generator<ExtractedPage> {
  yield* cutIntoPages([{ kind: 'heading', level: 1, text: name }, ...memberBlocks(members)], MBOX_VERSION).slice(fromPage - 1)
}

/** Named by what is in it and not by its number, so that a message keeps its document when others come or go. */
function nameOf(message: Uint8Array): string {
  const head = Buffer.from(message.subarray(0, 16 * 1024)).toString('latin1')
  const date = new Date(/^date:(.*)/im.exec(head)?.[1]?.trim() ?? '')
  const day = Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 10)} `
  return `${day}${cleanName(subjectOf(message).slice(0, SUBJECT_CHARS), 'mail')}.eml`
}

const FROM = Buffer.from('From ')

/** Messages begin at a line "From …" at the start or after an empty line; that line is not part of them. */
function* messagesOf(bytes: Uint8Array): Generator<Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const starts: number[] = []
  for (let at = buffer.indexOf(FROM); at >= 0; at = buffer.indexOf(FROM, at + 1)) {
    const before = buffer.toString('latin1', Math.max(0, at - 4), at)
    if (at === 0 || /(?:^|\n)\r?\n$/.test(before)) starts.push(at)
  }
  for (const [index, start] of starts.entries()) {
    const line = buffer.indexOf(0x0a, start)
    const end = starts[index + 1] ?? buffer.length
    if (line >= 0 && line + 1 < end) yield buffer.subarray(line + 1, end)
  }
}
