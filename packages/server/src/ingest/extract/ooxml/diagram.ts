/** Diagrams (SmartArt): the texts of their boxes, in the order of their data; what only joins them is left out. */
import { oneLine } from '../clean.ts'
import type { DraftBlock } from '../draft.ts'
import { attributeOf, below, childOf, elements, textBelow, type Xml } from './xml.ts'

/** @param root  of the data part (`dgm:dataModel`) */
export function diagramBlocks(root: Xml | null): DraftBlock[] {
  const blocks: DraftBlock[] = []
  for (const point of elements(childOf(root, 'dgm:ptLst'))) {
    if (!['node', 'asst'].includes(attributeOf(point, 'type') ?? 'node')) continue
    const lines = [...below(childOf(point, 'dgm:t'), 'a:p')].map((line) => [...below(line, 'a:t')].map(textBelow).join(''))
    const text = oneLine(lines.join(' '))
    if (text !== '') blocks.push({ kind: 'list-item', level: 0, marker: '•', text })
  }
  return blocks
}
