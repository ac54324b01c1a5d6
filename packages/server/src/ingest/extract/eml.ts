/** A mail as a file (EML), and a web page saved as one (MHTML): the same format. Attachments become documents of their own. */
import { mailExtraction } from './mail/message.ts'
import { MIME_ENGINE, parseMime } from './mail/mime.ts'
import type { Extractor } from './types.ts'

export const EML_VERSION = `eml-1 ${MIME_ENGINE}`

export const extractEml: Extractor = async (input) => {
  const mail = await parseMime(input.bytes)
  input.progress()
  return mailExtraction(mail, { mediaType: 'message/rfc822', engine: EML_VERSION }, input)
}
