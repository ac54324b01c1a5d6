/** RTF of any code page. Pictures and objects are not read. */
import { fail } from '../../base/fail.ts'
import { readRtf } from './rtf/reader.ts'
import { textDocument } from './text-document.ts'
import type { Extractor } from './types.ts'

export const RTF_VERSION = 'rtf-1'

export const extractRtf: Extractor = async (input) => {
  if (Buffer.from(input.bytes.subarray(0, 5)).toString('latin1') !== '{\\rtf') throw fail('ingest.corrupt', { detail: 'RTF' })
  const { blocks, invisible } = readRtf(input.bytes, input.progress)
  return textDocument({ mediaType: 'application/rtf', engine: RTF_VERSION, blocks, invisible }, input)
}
