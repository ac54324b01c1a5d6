/** Files whose content is known from a number, so that everything in them can be asked for after a crash. */
import { pictureOf, scanFile, scannedPage } from '../../../packages/server/src/ingest/testing/scan-file.ts'
import { zipFile } from '../../../packages/server/src/ingest/testing/container-file.ts'

export interface Content {
  bytes: Buffer
  /** a search for each must find the document, at one place */
  queries: string[]
  /** what comes out of it as documents of their own */
  children: { name: string; query: string }[]
}

const wordOf = (serial: number, section: number): string => `word${serial}x${section}`

/** Text with a unique word in every section, so that each chunk can be asked for. */
export function textContent(random: () => number, name: string, serial: number): Content {
  const sections = 1 + Math.floor(random() ** 2 * 60)
  const text = Array.from(
    { length: sections },
    (_, n) =>
      `## ${name} ${n}\n\n${`第${n}节 ${wordOf(serial, n)} 的内容。`.repeat(3)} ${'Ordinary words of a section go here. '.repeat(10)}`,
  ).join('\n\n')
  const asked = new Set([0, sections - 1, Math.floor(random() * sections)])
  return { bytes: Buffer.from(text), queries: [...asked].map((section) => wordOf(serial, section)), children: [] }
}

/** An archive of a few texts. */
export async function archiveContent(serial: number): Promise<Content> {
  const children = Array.from({ length: 3 }, (_, n) => ({ name: `inner-${n}.md`, query: wordOf(serial, n) }))
  const bytes = await zipFile(
    children.map(({ name, query }) => ({ name, content: `# ${name}\n\n${query} stands in an archive. `.repeat(5) })),
  )
  return { bytes, queries: [], children }
}

const FIRST = ['amber', 'copper', 'golden', 'hollow', 'marble', 'narrow', 'purple', 'silver', 'velvet', 'wooden']
const SECOND = ['bridge', 'candle', 'desert', 'falcon', 'garden', 'harbor', 'lantern', 'meadow', 'orchard', 'window']

/** A scan: pages that are pictures of two words each, so that OCR has to read them. */
export async function scanContent(random: () => number): Promise<Content> {
  const words = Array.from(
    { length: 3 },
    () => `${FIRST[Math.floor(random() * FIRST.length)]} ${SECOND[Math.floor(random() * SECOND.length)]}`,
  )
  const pages = await Promise.all(
    words.map(async (pair) => await scannedPage(await pictureOf([`The ${pair} stands here.`], { size: 22, width: 420, height: 160 }))),
  )
  return { bytes: Buffer.from(scanFile(pages)), queries: [...new Set(words)], children: [] }
}
