/** Charts by what they show: title, names of the axes, and the values they keep of their source, as a table. */
import { cleanText, oneLine } from '../clean.ts'
import { type DraftBlock, tableDraft } from '../draft.ts'
import { cellFormat } from './format-value.ts'
import { type OfficePackage, orElse } from './package.ts'
import { at, attributeOf, below, childOf, elements, textBelow, type Xml, xmlTree } from './xml.ts'

/** A chart that is a data store rather than a picture ends here. */
const POINTS_MAX = 5000
const SERIES_MAX = 256

/** Blocks of a chart part; none when it is missing or damaged. */
export function chartBlocks(pack: OfficePackage, part: string): DraftBlock[] {
  const text = orElse(null, () => pack.text(part))
  const root = text === null ? null : xmlTree(text)
  if (!root) return []
  return root.name === 'cx:chartSpace' ? newerChart(root) : chart(root)
}

interface Series {
  name: string
  categories: string[]
  values: string[]
}

function chart(root: Xml): DraftBlock[] {
  const shown = childOf(root, 'c:chart')
  const plot = childOf(shown, 'c:plotArea')
  const series = [...below(plot, 'c:ser')].slice(0, SERIES_MAX).map(seriesOf)
  let title = titleOf(childOf(shown, 'c:title'))
  const untitled = attributeOf(childOf(shown, 'c:autoTitleDeleted') ?? root, 'val') === '1'
  // A chart of one series that has no title of its own shows the name of the series.
  if (title === '' && childOf(shown, 'c:title') && !untitled && series.length === 1) title = series[0]!.name
  const axes = [...elements(plot)].filter(({ name }) => name.endsWith('Ax')).map((axis) => titleOf(childOf(axis, 'c:title')))
  return [...captions([title, ...axes]), ...tablesOf(series)]
}

const captions = (texts: readonly string[]): DraftBlock[] =>
  [...new Set(texts)].filter((text) => text !== '').map((text) => ({ kind: 'caption', text }))

/** Text of a title: its own, or that of the cell it names. */
function titleOf(title: Xml | null): string {
  const rich = at(title, 'c:tx', 'c:rich')
  if (rich) return oneLine([...below(rich, 'a:p')].map((line) => [...below(line, 'a:t')].map(textBelow).join('')).join(' '))
  return oneLine([...below(childOf(title, 'c:tx'), 'c:v')].map(textBelow).join(' '))
}

function seriesOf(ser: Xml): Series {
  const categories = childOf(ser, 'c:cat') ?? childOf(ser, 'c:xVal')
  const values = childOf(ser, 'c:val') ?? childOf(ser, 'c:yVal')
  return {
    name: oneLine([...below(childOf(ser, 'c:tx'), 'c:v')].map(textBelow).join(' ')),
    categories: pointsOf(categories),
    values: pointsOf(values),
  }
}

/** Values by their index; levels of a category are joined, outermost first. */
function pointsOf(source: Xml | null): string[] {
  const levels = [...below(source, 'c:lvl')]
  if (levels.length > 0) {
    const texts = levels.toReversed().map((level) => filledDown(cached(level, 'General')))
    return texts[texts.length - 1]!.map((_, index) => [...new Set(texts.map((level) => level[index] ?? ''))].join(' ').trim())
  }
  const points: string[] = []
  for (const name of ['c:strCache', 'c:numCache', 'c:strLit', 'c:numLit']) {
    for (const cache of below(source, name)) {
      const code = childOf(cache, 'c:formatCode')
      points.push(...cached(cache, name.includes('num') ? (code ? textBelow(code) : 'General') : null))
    }
  }
  return points
}

/** An outer category is written once for all that it holds. */
function filledDown(texts: readonly string[]): string[] {
  let last = ''
  return Array.from(texts, (text) => (last = text === '' ? last : text))
}

function cached(cache: Xml, code: string | null): string[] {
  const format = code === null ? null : cellFormat(code)
  const texts: string[] = []
  for (const point of elements(cache)) {
    if (point.name !== 'c:pt') continue
    const index = Number(attributeOf(point, 'idx') ?? texts.length)
    if (!(index >= 0 && index < POINTS_MAX)) continue
    const raw = textBelow(childOf(point, 'c:v') ?? point).trim()
    const value = Number(raw)
    while (texts.length < index) texts.push('')
    texts[index] = format && raw !== '' && !Number.isNaN(value) ? format.number(value) : oneLine(raw)
  }
  return texts
}

/** Series over the same categories share a table. */
function tablesOf(all: readonly Series[]): DraftBlock[] {
  const groups = Map.groupBy(all, ({ categories }) => JSON.stringify(categories))
  const blocks: DraftBlock[] = []
  for (const series of groups.values()) {
    const { categories } = series[0]!
    const length = Math.max(categories.length, ...series.map(({ values }) => values.length))
    if (length === 0) continue
    const names = series.map(({ name }) => name)
    const rows = Array.from({ length }, (_, index) => [categories[index] ?? '', ...series.map(({ values }) => values[index] ?? '')])
    const named = names.some((name) => name !== '')
    const draft = tableDraft(named ? [['', ...names], ...rows] : rows, named ? 1 : 0)
    if (draft) blocks.push(draft)
  }
  return blocks
}

/** Charts of 2016 and later (waterfall, funnel, treemap …). */
function newerChart(root: Xml): DraftBlock[] {
  const texts = [...below(root, 'cx:title')].map((title) => oneLine(cleanText([...below(title, 'a:t')].map(textBelow).join(''))))
  const rows: string[][] = []
  for (const data of below(root, 'cx:data')) {
    const columns = [...below(data, 'cx:lvl')].map((level) =>
      [...elements(level)]
        .filter(({ name }) => name === 'cx:pt')
        .slice(0, POINTS_MAX)
        .map((point) => oneLine(textBelow(point))),
    )
    const length = Math.max(0, ...columns.map((column) => column.length))
    for (let index = 0; index < length; index++) rows.push(columns.map((column) => column[index] ?? ''))
  }
  const draft = tableDraft(rows, 0)
  return [...captions(texts), ...(draft ? [draft] : [])]
}
