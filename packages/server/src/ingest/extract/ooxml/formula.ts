/** Formulas (OMML) as one line of text: (a+b)/2, x^2, √(x), ∑_(i=1)^n i. */
import { attributeOf, childOf, elements, textBelow, type Xml } from './xml.ts'

const NARY_DEFAULT = '∫'

export function formulaText(element: Xml): string {
  return [...elements(element)].map(part).join('')
}

const group = (text: string): string => (/^[\p{L}\p{N}]*$/u.test(text) ? text : `(${text})`)
const of = (element: Xml, name: string): string => {
  const child = childOf(element, name)
  return child ? formulaText(child) : ''
}
const script = (mark: '^' | '_', text: string): string => (text === '' ? '' : `${mark}${group(text)}`)
/** Character that a construct is drawn with. */
const property = (element: Xml, properties: string, name: string): string | null => {
  const child = childOf(childOf(element, properties), name)
  return child ? (attributeOf(child, 'm:val') ?? '') : null
}

function part(element: Xml): string {
  switch (element.name) {
    case 'm:r':
    case 'w:r':
      return [...elements(element)].map((child) => (child.name === 'm:t' || child.name === 'w:t' ? textBelow(child) : '')).join('')
    case 'm:f':
      return `${group(of(element, 'm:num'))}/${group(of(element, 'm:den'))}`
    case 'm:sSup':
      return group(of(element, 'm:e')) + script('^', of(element, 'm:sup'))
    case 'm:sSub':
      return group(of(element, 'm:e')) + script('_', of(element, 'm:sub'))
    case 'm:sSubSup':
      return group(of(element, 'm:e')) + script('_', of(element, 'm:sub')) + script('^', of(element, 'm:sup'))
    case 'm:sPre':
      return script('_', of(element, 'm:sub')) + script('^', of(element, 'm:sup')) + of(element, 'm:e')
    case 'm:rad': {
      const degree = of(element, 'm:deg')
      return `${degree === '' ? '√' : `${degree}√`}(${of(element, 'm:e')})`
    }
    case 'm:nary':
      return `${property(element, 'm:naryPr', 'm:chr') ?? NARY_DEFAULT}${script('_', of(element, 'm:sub'))}${script('^', of(element, 'm:sup'))} ${of(element, 'm:e')}`
    case 'm:func':
      return `${of(element, 'm:fName')} ${of(element, 'm:e')}`
    case 'm:limLow':
      return of(element, 'm:e') + script('_', of(element, 'm:lim'))
    case 'm:limUpp':
      return of(element, 'm:e') + script('^', of(element, 'm:lim'))
    case 'm:d':
      return delimited(element)
    case 'm:m':
      return `[${rows(element, 'm:mr', ', ')}]`
    case 'm:eqArr':
      return rows(element, 'm:e', '')
    case 'm:ctrlPr':
    case 'w:rPr':
      return ''
    default:
      return element.name.startsWith('m:') && element.name.endsWith('Pr') ? '' : formulaText(element)
  }
}

function delimited(element: Xml): string {
  const inner = [...elements(element)].filter((child) => child.name === 'm:e').map(formulaText)
  const begin = property(element, 'm:dPr', 'm:begChr') ?? '('
  const end = property(element, 'm:dPr', 'm:endChr') ?? ')'
  return begin + inner.join(property(element, 'm:dPr', 'm:sepChr') ?? '|') + end
}

const rows = (element: Xml, name: string, within: string): string =>
  [...elements(element)]
    .filter((child) => child.name === name)
    .map((row) =>
      within === ''
        ? formulaText(row)
        : [...elements(row)]
            .filter((cell) => cell.name === 'm:e')
            .map(formulaText)
            .join(within),
    )
    .join('; ')
