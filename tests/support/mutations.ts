/**
 * Good files, damaged in ways that files are damaged and attacked: cut short, bits turned, blocks moved, parts of another
 * file put in, length fields blown up. Seeded. And files that are hostile by construction.
 */
import { zipFile, renamed } from '../../packages/server/src/ingest/testing/container-file.ts'
import { makeDocxBomb, makePdf } from './fixtures.ts'

export type Mutation = 'truncate' | 'flip' | 'swap' | 'splice' | 'length' | 'zero' | 'repeat'
export const MUTATIONS: readonly Mutation[] = ['truncate', 'flip', 'swap', 'splice', 'length', 'zero', 'repeat']

/** Sizes that programs trip over. */
const LENGTHS = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff]

export function mutate(good: Buffer, other: Buffer, kind: Mutation, random: () => number): Buffer {
  const at = (length: number): number => Math.floor(random() * Math.max(1, length))
  const bytes = Buffer.from(good)
  switch (kind) {
    case 'truncate':
      return bytes.subarray(0, at(bytes.length))
    case 'flip':
      for (let n = 0; n <= at(30); n += 1) bytes[at(bytes.length)]! ^= 1 << at(8)
      return bytes
    case 'swap': {
      const size = 1 + at(Math.min(4096, bytes.length / 4))
      const [a, b] = [at(bytes.length - size), at(bytes.length - size)]
      const kept = Buffer.from(bytes.subarray(a, a + size))
      bytes.copy(bytes, a, b, b + size)
      kept.copy(bytes, b)
      return bytes
    }
    case 'splice': {
      const cut = at(bytes.length)
      const from = at(other.length)
      return Buffer.concat([bytes.subarray(0, cut), other.subarray(from, from + 1 + at(8192)), bytes.subarray(cut)])
    }
    case 'length': {
      const value = LENGTHS[at(LENGTHS.length)]!
      for (let n = 0; n <= at(4); n += 1) {
        const offset = at(bytes.length - 4)
        if (bytes.length < 5) break
        if (random() < 0.5) bytes.writeUInt32LE(value, offset)
        else bytes.writeUInt32BE(value, offset)
      }
      return bytes
    }
    case 'zero': {
      const from = at(bytes.length)
      return bytes.fill(0, from, Math.min(bytes.length, from + 1 + at(2048)))
    }
    case 'repeat': {
      const from = at(bytes.length)
      const part = bytes.subarray(from, from + 1 + at(512))
      return Buffer.concat([bytes.subarray(0, from), ...Array.from({ length: 1 + at(64) }, () => part), bytes.subarray(from)])
    }
  }
}

/** Names and contents that are made to do harm. */
export async function hostileFiles(): Promise<{ name: string; bytes: Buffer }[]> {
  const pdf = Buffer.from(makePdf([[{ text: 'A page of a polyglot.', x: 50, y: 80 }]]))
  const plain = await zipFile([{ name: 'a.txt', content: 'A text in an archive.' }])
  const slip = await zipFile([{ name: 'xxxxxxxxxx.txt', content: 'out of the folder' }])
  const bomb = await zipFile([{ name: 'zeros.txt', content: Buffer.alloc(64 * 1024 * 1024) }])
  let nested = plain
  for (let n = 0; n < 12; n += 1) nested = await zipFile([{ name: `level-${n}.zip`, content: nested }])
  return [
    { name: 'slip-up.zip', bytes: renamed(slip, 'xxxxxxxxxx.txt', '../../../x.txt') },
    { name: 'slip-root.zip', bytes: renamed(slip, 'xxxxxxxxxx.txt', '/etc/xxxxx.txt') },
    { name: 'slip-back.zip', bytes: renamed(slip, 'xxxxxxxxxx.txt', '..\\..\\..\\x.txt') },
    { name: 'link.zip', bytes: await zipFile([{ name: 'link.txt', content: '/etc/passwd', mode: 0o120777 }]) },
    { name: 'pdf-and-zip.pdf', bytes: Buffer.concat([pdf, plain]) },
    { name: 'zip-named-pdf.pdf', bytes: plain },
    { name: 'pdf-named.docx', bytes: pdf },
    { name: 'html-in.txt', bytes: Buffer.from('<html><script>alert(1)</script><body>Text of a page.</body></html>') },
    { name: 'bomb.docx', bytes: Buffer.from(makeDocxBomb(300)) },
    { name: 'bomb.zip', bytes: bomb },
    { name: 'nested.zip', bytes: nested },
    { name: 'many.zip', bytes: await zipFile(Array.from({ length: 12_000 }, (_, n) => ({ name: `${n}.txt`, content: '' }))) },
    { name: 'deep.json', bytes: Buffer.from('['.repeat(200_000)) },
    { name: 'deep.html', bytes: Buffer.from('<div>'.repeat(200_000)) },
    { name: 'laughs.xml', bytes: Buffer.from(laughs()) },
    { name: 'laughs.svg', bytes: Buffer.from(laughs('svg')) },
    { name: 'one-line.csv', bytes: Buffer.from('a,'.repeat(2_000_000)) },
    { name: 'quotes.csv', bytes: Buffer.from('"'.repeat(1_000_001)) },
    { name: 'nul.txt', bytes: Buffer.alloc(100_000) },
  ]
}

/** Billion laughs (CAPEC-197). */
function laughs(root = 'x'): string {
  const entities = Array.from({ length: 10 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`)
  return `<?xml version="1.0"?><!DOCTYPE ${root} [<!ENTITY l0 "ha">${entities.join('')}]><${root}>&l10;</${root}>`
}
