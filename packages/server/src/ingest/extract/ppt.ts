/** PowerPoint 97-2003: slides in their order with places and notes. Masters, pictures and embedded objects are not read. */
import { fail } from '../../base/fail.ts'
import { CompoundFile } from './compound-file.ts'
import { PptSlides } from './ppt/slides.ts'
import { slidePage } from './slide.ts'
import type { Extractor } from './types.ts'

export const PPT_VERSION = 'ppt-1'
/** [MS-PPT] 2.3.2: what "Current User" says of an encrypted file */
const ENCRYPTED_TOKEN = 0xf3d1c4df

export const extractPpt: Extractor = async ({ bytes, fromPage, progress }) => {
  const streams = new CompoundFile(bytes)
  const document = streams.stream('PowerPoint Document')
  if (!document) throw fail('ingest.corrupt', { detail: 'PPT' })
  if (streams.stream('EncryptedSummary')) throw fail('ingest.password_needed')
  const slides = new PptSlides(document, newestEdit(streams.stream('Current User')))
  progress()
  return {
    mediaType: 'application/vnd.ms-powerpoint',
    engine: PPT_VERSION,
    pagesTotal: slides.count,
    pages: (function* () {
      for (let page = fromPage; page <= slides.count; page++) {
        progress()
        yield slidePage(page, slides.slide(page - 1), PPT_VERSION)
      }
    })(),
  }
}

/** Place of the newest edit; 0, where there is none, leaves the search through the stream. */
function newestEdit(user: Uint8Array | null): number {
  if (!user || user.length < 20) return 0
  const view = new DataView(user.buffer, user.byteOffset, user.byteLength)
  if (view.getUint32(12, true) === ENCRYPTED_TOKEN) throw fail('ingest.password_needed')
  return view.getUint32(16, true)
}
