/** The readers by kind of file. A new format is a reader file and a row here. */
import type { Kind } from './formats.ts'
import { kindOf } from './kind.ts'
import type { ExtractInput, Extraction, Extractor } from './types.ts'

/** Loaded when first needed: a child that only reads PDF never loads an HTML parser. */
const READERS: Record<Kind, () => Promise<Extractor>> = {
  pdf: async () => (await import('./pdf.ts')).extractPdf,
  image: async () => (await import('./image.ts')).extractImage,
  docx: async () => (await import('./docx.ts')).extractDocx,
  xlsx: async () => (await import('./xlsx.ts')).extractXlsx,
  pptx: async () => (await import('./pptx.ts')).extractPptx,
  csv: async () => (await import('./csv.ts')).extractCsv,
  markdown: async () => (await import('./markdown.ts')).extractMarkdown,
  html: async () => (await import('./html.ts')).extractHtml,
  doc: async () => (await import('./doc.ts')).extractDoc,
  xls: async () => (await import('./xls.ts')).extractXls,
  ppt: async () => (await import('./ppt.ts')).extractPpt,
  odf: async () => (await import('./odf.ts')).extractOdf,
  rtf: async () => (await import('./rtf.ts')).extractRtf,
  epub: async () => (await import('./epub.ts')).extractEpub,
  xml: async () => (await import('./xml.ts')).extractXml,
  eml: async () => (await import('./eml.ts')).extractEml,
  mbox: async () => (await import('./mbox.ts')).extractMbox,
  msg: async () => (await import('./msg.ts')).extractMsg,
  zip: async () => (await import('./zip.ts')).extractZip,
  json: async () => (await import('./json.ts')).extractJson,
  code: async () => (await import('./code.ts')).extractCode,
  subtitle: async () => (await import('./subtitle.ts')).extractSubtitle,
  text: async () => (await import('./text.ts')).extractText,
}

/** Changes whenever a reader may give other pages for the same file. */
export const EXTRACTOR_VERSION = '2'

/**
 * Finds the reader of a file and opens it.
 * @throws AppError ingest.* when the file cannot be read as a whole
 */
export async function openFile(input: ExtractInput): Promise<Extraction> {
  const kind = await kindOf(input.bytes, input.name)
  const read = await READERS[kind]()
  return await read(input)
}
