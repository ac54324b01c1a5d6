/**
 * The port of the OCR engines: a picture goes in, lines with places come out in reading order.
 * Two engines stand behind it: PP-OCRv4 on onnxruntime (`pp-ocr/`) and Tesseract (`tesseract/`). Both are library code
 * for a child process: no network, no writing of files; weights are read from node_modules.
 */

export type OcrEngineName = 'pp-ocr' | 'tesseract'

/** An upright picture (EXIF applied) without alpha: RGB, 3 bytes a pixel, row by row. */
export interface Picture {
  data: Uint8Array
  /** pixels */
  width: number
  height: number
}

/** x, y, width, height in whole pixels of the picture as given, origin top left. */
export type PixelBox = [x: number, y: number, w: number, h: number]

/** A word of a line; for Han a run of characters between two changes of script. */
export interface OcrWord {
  /** UTF-16 offsets into the line's text */
  start: number
  end: number
  box: PixelBox
}

export interface OcrLine {
  /** never empty, no line breaks, no white space at its ends */
  text: string
  box: PixelBox
  /** mean over the characters, 0 to 1 */
  confidence: number
  /** faint, or below the confidence bar: kept and marked, never dropped */
  doubtful: boolean
  /** in the order of the text, not overlapping; they cover every character that is not white space */
  words: OcrWord[]
}

/** Lines that stand together: a paragraph, a column, a row of cells. */
export interface OcrBlock {
  kind: 'paragraph' | 'heading' | 'table'
  /** at least one, in reading order */
  lines: OcrLine[]
}

export interface OcrReading {
  /** name and version as shown to people and stored with the page: "PP-OCRv4 (onnxruntime 1.30.0)" */
  engine: string
  /** execution provider in use (cpu, coreml, cuda, dml); '' where the engine knows none */
  provider: string
  /** in reading order, columns split; empty when nothing was read */
  blocks: OcrBlock[]
  /** degrees clockwise by which the picture was turned before it was read; boxes are mapped back to the picture as given */
  rotation: 0 | 90 | 180 | 270
  /** pixels of the picture as given */
  width: number
  height: number
  /** mean over all characters, 0 to 1; 0 when nothing was read */
  confidence: number
  /** false: nothing at all is drawn on it, a blank page; true with no blocks: drawn, but no text in it */
  inked: boolean
  /** wall-clock milliseconds by stage; the sum is the time of the whole call */
  ms: { prepare: number; detect: number; recognise: number; arrange: number }
}

export interface OcrOptions {
  /** language of the picture where it is known; `auto` (default) looks at what is written */
  lang?: 'zh' | 'en' | 'auto'
  /** first sight: as fast as the engine can, at the price of quality */
  quick?: boolean
}

export interface OcrEngine {
  readonly name: OcrEngineName
  /** as in `OcrReading.engine` */
  readonly version: string
  /** one picture at a time; a second call waits for the first */
  read(picture: Picture, options?: OcrOptions, signal?: AbortSignal): Promise<OcrReading>
  close(): Promise<void>
}

export type ExecutionProvider = 'cpu' | 'coreml' | 'cuda' | 'dml'
