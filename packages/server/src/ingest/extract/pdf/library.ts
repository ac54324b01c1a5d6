/**
 * PDFium, compiled to WebAssembly. One instance per process: it is not thread-safe, and its memory never shrinks, which
 * is why reader children are replaced now and then.
 *
 * The package wraps every function in a slow argument converter; the raw exports are called instead (pointers are
 * numbers, booleans 0 or 1), which makes a call per character affordable.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { init } from '@embedpdf/pdfium'

type Call = (...args: number[]) => number

export interface Pdfium {
  call: Record<FunctionName, Call>
  malloc(bytes: number): number
  free(pointer: number): void
  /** a fresh view: memory moves when it grows, so views must not be kept across calls */
  bytes(): Uint8Array
}

/** All that is used of PDFium, so that a missing export is found at the start. */
const FUNCTIONS = [
  'FPDF_LoadMemDocument',
  'FPDF_CloseDocument',
  'FPDF_GetLastError',
  'FPDF_GetPageCount',
  'FPDF_LoadPage',
  'FPDF_ClosePage',
  'FPDF_GetPageBoundingBox',
  'FPDFPage_GetRotation',
  'FPDFPage_CountObjects',
  'FPDFPage_GetObject',
  'FPDFPageObj_GetType',
  'FPDFPageObj_GetBounds',
  'FPDFPageObj_GetMatrix',
  'FPDFImageObj_GetBitmap',
  'FPDFPath_CountSegments',
  'FPDFPath_GetPathSegment',
  'FPDFPathSegment_GetPoint',
  'FPDFPathSegment_GetType',
  'FPDFPathSegment_GetClose',
  'FPDFText_LoadPage',
  'FPDFText_ClosePage',
  'FPDFText_CountChars',
  'FPDFText_GetUnicode',
  'FPDFText_GetLooseCharBox',
  'FPDFText_GetTextObject',
  'FPDFText_GetFillColor',
  'FPDFText_GetMatrix',
  'FPDFText_GetCharBox',
  'FPDFText_IsGenerated',
  'FPDFText_HasUnicodeMapError',
  'FPDFTextObj_GetTextRenderMode',
  'FPDFTextObj_GetFont',
  'FPDFFont_GetBaseFontName',
  'FPDFFont_GetWeight',
  'FPDFPage_GetAnnotCount',
  'FPDFPage_GetAnnot',
  'FPDFPage_CloseAnnot',
  'FPDFAnnot_GetSubtype',
  'FPDFAnnot_GetFlags',
  'FPDFAnnot_GetRect',
  'FPDFAnnot_GetValueType',
  'FPDFAnnot_GetStringValue',
  'FPDFBitmap_Create',
  'FPDFBitmap_FillRect',
  'FPDFBitmap_GetBuffer',
  'FPDFBitmap_Destroy',
  'FPDF_RenderPageBitmap',
] as const
type FunctionName = (typeof FUNCTIONS)[number]

let loaded: Promise<Pdfium> | null = null

/** Loads the library once; about 50 ms. */
export function pdfium(): Promise<Pdfium> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Pdfium> {
  const wasm = createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm')
  const wasmBinary = readFileSync(wasm)
  const module = await init({
    wasmBinary: wasmBinary.buffer.slice(wasmBinary.byteOffset, wasmBinary.byteOffset + wasmBinary.byteLength),
  })
  module.PDFiumExt_Init()
  const runtime = module.pdfium as unknown as { wasmExports: Record<string, Call>; HEAPU8: Uint8Array }
  const call = {} as Record<FunctionName, Call>
  for (const name of FUNCTIONS) {
    const exported = runtime.wasmExports[name]
    if (!exported) throw new Error(`PDFium has no function ${name}`)
    call[name] = exported
  }
  const { malloc, free } = module.pdfium.wasmExports
  return { call, malloc, free, bytes: () => runtime.HEAPU8 }
}
