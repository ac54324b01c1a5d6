/** The engines of this child, each loaded when a page first needs it. */
import type { ExecutionProvider, OcrEngine, OcrEngineName } from '../../models/ocr/types.ts'
import type { Engines } from './choose.ts'

const LOADERS: Record<OcrEngineName, (provider: ExecutionProvider) => Promise<OcrEngine>> = {
  'pp-ocr': async (provider) => await (await import('../../models/ocr/pp-ocr/engine.ts')).createPpOcr({ provider }),
  tesseract: async () => await (await import('../../models/ocr/tesseract/engine.ts')).createTesseract(),
}

const loaded = new Map<OcrEngineName, Promise<OcrEngine>>()

export function enginesOf(provider: ExecutionProvider): Engines {
  return {
    get(name) {
      const known = loaded.get(name)
      if (known) return known
      const engine = LOADERS[name](provider)
      loaded.set(name, engine)
      // One that could not be loaded is tried again with the next page.
      engine.catch(() => loaded.delete(name))
      return engine
    },
  }
}
