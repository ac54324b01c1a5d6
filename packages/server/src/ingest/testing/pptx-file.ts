/** Small PowerPoint files for tests. All lengths in points. */
import { ooxmlFile, type Part, type Relations } from './ooxml-file.ts'

const emu = (points: number): number => Math.round(points * 12_700)

export interface TestSlide {
  /** shapes */
  shapes: string
  hidden?: boolean
  relations?: Relations
}

export interface TestDeck {
  slides: TestSlide[]
  /** shapes of the layout and the master that all slides have */
  layout?: string
  master?: string
  masterStyles?: string
  parts?: Record<string, Part>
  relations?: Relations
  /** order of the slides, from 0; as they are listed when absent */
  order?: readonly number[]
}

const tree = (shapes: string): string => `<p:cSld><p:spTree>${shapes}</p:spTree></p:cSld>`

export function pptxFile({ slides, layout = '', master = '', masterStyles = '', parts = {}, relations = [], order }: TestDeck): Uint8Array {
  const ids = (order ?? slides.map((_, index) => index)).map((index) => `<p:sldId id="${256 + index}" r:id="s${index}"/>`)
  const all: Record<string, Part> = {
    'ppt/presentation.xml': {
      xml: `<p:presentation><p:sldIdLst>${ids.join('')}</p:sldIdLst><p:sldSz cx="${emu(960)}" cy="${emu(540)}"/></p:presentation>`,
      relations: [...slides.map((_, index) => [`s${index}`, 'slide', `slides/slide${index + 1}.xml`] as const), ...relations],
    },
    'ppt/slideLayouts/slideLayout1.xml': {
      xml: `<p:sldLayout>${tree(layout)}</p:sldLayout>`,
      relations: [['m', 'slideMaster', '../slideMasters/slideMaster1.xml']],
    },
    'ppt/slideMasters/slideMaster1.xml': { xml: `<p:sldMaster>${tree(master)}<p:txStyles>${masterStyles}</p:txStyles></p:sldMaster>` },
    ...parts,
  }
  slides.forEach(({ shapes, hidden, relations: own = [] }, index) => {
    all[`ppt/slides/slide${index + 1}.xml`] = {
      xml: `<p:sld${hidden ? ' show="0"' : ''}>${tree(shapes)}</p:sld>`,
      relations: [['l', 'slideLayout', '../slideLayouts/slideLayout1.xml'], ...own],
    }
  })
  return ooxmlFile('ppt/presentation.xml', all)
}

export const line = (text: string, properties = ''): string => `<a:p>${properties}<a:r><a:t>${text}</a:t></a:r></a:p>`

/** `a:xfrm` of a box [x, y, w, h]. */
export const xfrm = ([x, y, w, h]: readonly number[], name = 'a:xfrm', more = ''): string =>
  `<${name}${more}><a:off x="${emu(x!)}" y="${emu(y!)}"/><a:ext cx="${emu(w!)}" cy="${emu(h!)}"/></${name}>`

/** A shape; without a box it has none of its own. @param placeholder  attributes of p:ph, null for an ordinary shape */
export const shape = (paragraphs: string, box: readonly number[] | null = null, placeholder: string | null = null): string =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder === null ? '' : `<p:ph ${placeholder}/>`}</p:nvPr></p:nvSpPr><p:spPr>${box ? xfrm(box) : ''}</p:spPr>` +
  `<p:txBody><a:bodyPr/>${paragraphs}</p:txBody></p:sp>`

export const group = (box: readonly number[], inner: readonly number[], shapes: string): string =>
  `<p:grpSp><p:grpSpPr><a:xfrm><a:off x="${emu(box[0]!)}" y="${emu(box[1]!)}"/><a:ext cx="${emu(box[2]!)}" cy="${emu(box[3]!)}"/>` +
  `<a:chOff x="${emu(inner[0]!)}" y="${emu(inner[1]!)}"/><a:chExt cx="${emu(inner[2]!)}" cy="${emu(inner[3]!)}"/></a:xfrm></p:grpSpPr>${shapes}</p:grpSp>`

export const frame = (box: readonly number[], content: string): string =>
  `<p:graphicFrame>${xfrm(box, 'p:xfrm')}<a:graphic><a:graphicData>${content}</a:graphicData></a:graphic></p:graphicFrame>`
