/** OCR as the pipeline uses it: the children that see, and what the settings say. */
import { availableParallelism, totalmem } from 'node:os'
import type { Status } from '@zhiku/contract/entities.ts'
import { LIMITS } from '../../base/limits.ts'
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

/** One child a core, but together no more than this share of the memory; at least one. */
const MEMORY_SHARE = 0.25

export function defaultOcrSize(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  const held = Math.floor((bytes * MEMORY_SHARE) / (LIMITS.ocrRecycleRssMiB * 2 ** 20))
  return Math.max(1, Math.min(availableParallelism(), held))
}
