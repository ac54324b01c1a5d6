/** OCR as the pipeline uses it: the children that see, and what the settings say. */
import type { Status } from '@zhiku/contract/entities.ts'
import type { ExecutionProvider, OcrEngineName } from '../../models/ocr/types.ts'
import type { SightPool } from '../pool/pool.ts'

export interface Ocr {
  pool: SightPool
  /** `auto`: PP-OCR, and Tesseract where that fails or is unsure */
  engine: OcrEngineName | 'auto'
  /** asked for; what is in use is `pool.provider` */
  provider: ExecutionProvider
}

export const describeOcr = ({ pool, engine, provider }: Ocr): Status['ocr'] => ({ engine, provider, providerInUse: pool.provider })
