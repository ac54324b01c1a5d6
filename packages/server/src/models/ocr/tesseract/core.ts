/**
 * Tesseract itself, in two forms behind one function: the packaged WebAssembly build, run in this process (without the
 * worker threads, caches and downloads of tesseract.js), and a `tesseract` program of the system.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

export type TesseractLang = 'eng' | 'chi_sim'

/** One grey value a pixel. */
export interface GreyPicture {
  data: Uint8Array
  width: number
  height: number
}

export interface TesseractCore {
  /** as shown to people: "Tesseract 5.1.0" */
  version: string
  /** @returns the table that Tesseract calls TSV; a block of text in one column is expected (page mode 6) */
  read(picture: GreyPicture, lang: TesseractLang, signal?: AbortSignal): Promise<string>
  close(): void
}

/** page segmentation: one uniform block of text */
const ONE_BLOCK = '6'
/** binarisation by what is around each pixel (Sauvola & Pietikäinen 2000): one limit for a whole block loses its faint lines */
const SAUVOLA = '2'
const SAUVOLA_K = '0.2'
/** engine mode: LSTM, the only one the packaged data has */
const LSTM = 1

interface Api {
  Init(datapath: null, lang: string, mode: number): number
  SetVariable(name: string, value: string): void
  SetImageFile(exif: number, angle: number): number
  Recognize(monitor: null): number
  GetTSVText(page: number): string
  Version(): string
  End(): void
}

interface Module {
  FS: { writeFile(name: string, bytes: Uint8Array): void; unlink(name: string): void }
  TessBaseAPI: new () => Api
}

const require = createRequire(import.meta.url)
/** What tesseract.js itself depends on is found from there. */
const requireBeside = createRequire(require.resolve('tesseract.js'))

async function loadModule(): Promise<Module> {
  const features = requireBeside('wasm-feature-detect') as Record<'simd' | 'relaxedSimd', () => Promise<boolean>>
  const build = (await features.relaxedSimd()) ? 'relaxedsimd-lstm' : (await features.simd()) ? 'simd-lstm' : 'lstm'
  const create = requireBeside(`tesseract.js-core/tesseract-core-${build}`) as (options: object) => Promise<Module>
  const silent = (): void => {}
  return await create({ print: silent, printErr: silent })
}

/** @throws Error when the build or the data of a language cannot be loaded */
export async function packagedCore(): Promise<TesseractCore> {
  const module = await loadModule()
  const apis = new Map<TesseractLang, Api>()
  const apiFor = (lang: TesseractLang): Api => {
    const known = apis.get(lang)
    if (known) return known
    const folder = path.dirname(require.resolve(`@tesseract.js-data/${lang}/package.json`))
    const packed = readFileSync(path.join(folder, '4.0.0_best_int', `${lang}.traineddata.gz`))
    module.FS.writeFile(`${lang}.traineddata`, gunzipSync(packed))
    const api = new module.TessBaseAPI()
    if (api.Init(null, lang, LSTM) !== 0) throw new Error(`Tesseract cannot use its data for ${lang}`)
    module.FS.unlink(`${lang}.traineddata`)
    api.SetVariable('tessedit_pageseg_mode', ONE_BLOCK)
    api.SetVariable('thresholding_method', SAUVOLA)
    api.SetVariable('thresholding_kfactor', SAUVOLA_K)
    apis.set(lang, api)
    return api
  }
  return {
    version: `Tesseract ${apiFor('eng').Version().split('-')[0]}`,
    read(picture, lang) {
      const api = apiFor(lang)
      module.FS.writeFile('/input', pgm(picture))
      if (api.SetImageFile(1, 0) === 1 || api.Recognize(null) !== 0) throw new Error('Tesseract cannot read the picture')
      return Promise.resolve(api.GetTSVText(0))
    },
    close() {
      for (const api of apis.values()) api.End()
      apis.clear()
    },
  }
}

/**
 * @param program  path of the system's `tesseract`
 * @returns null when it cannot be run or lacks a language
 */
export async function systemCore(program: string): Promise<TesseractCore | null> {
  try {
    const languages = (await run(program, ['--list-langs'])).split(/\s+/)
    if (!languages.includes('eng') || !languages.includes('chi_sim')) return null
    const version = /tesseract v?([\d.]+)/i.exec(await run(program, ['--version']))?.[1] ?? '?'
    return {
      version: `Tesseract ${version} (system)`,
      read: (picture, lang, signal) =>
        run(
          program,
          [
            'stdin',
            'stdout',
            '-l',
            lang,
            '--psm',
            ONE_BLOCK,
            '-c',
            `thresholding_method=${SAUVOLA}`,
            '-c',
            `thresholding_kfactor=${SAUVOLA_K}`,
            'tsv',
          ],
          pgm(picture),
          signal,
        ),
      close: () => {},
    }
  } catch {
    // Not there, or not allowed in this process: the packaged build is used, and its name says so.
    return null
  }
}

function run(program: string, args: readonly string[], input?: Uint8Array, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { OMP_THREAD_LIMIT: '1' }, ...(signal ? { signal } : {}) })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(Buffer.concat(parts).toString('utf8')) : reject(new Error(`tesseract ended with ${code}`)),
    )
    // A program that ends early closes its input; its exit code says why.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** Portable grey map: what Leptonica reads without any library. */
function pgm({ data, width, height }: GreyPicture): Uint8Array {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`, 'latin1'), data])
}
