import { TOKENIZER_VERSION } from '../../search/tokens.ts'
import { CHUNKER_VERSION } from '../chunk/chunk.ts'
import { EXTRACTOR_VERSION } from '../extract/registry.ts'

/** Changes whenever OCR may give another text for the same picture: engines, choice between them, drawing, composing. */
const OCR_VERSION = '1'

/** Versions of everything between the bytes of a file and what is searched. */
export const PIPELINE_VERSION = `extract-${EXTRACTOR_VERSION} ocr-${OCR_VERSION} chunk-${CHUNKER_VERSION} tokens-${TOKENIZER_VERSION}`
