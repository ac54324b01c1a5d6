/**
 * XML of Office parts to small trees. Namespaces are resolved to the customary prefixes (`w:p`, `m:oMath`), whatever
 * prefixes the file uses and whichever edition of the standard it follows. No entities but the five of XML are known.
 */
import { Parser } from 'htmlparser2'
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'
import { descriptionOf } from '../picture-text.ts'

export interface Xml {
  name: string
  attributes: Record<string, string>
  children: (Xml | string)[]
}

/** Last parts of the addresses of both editions: `…/wordprocessingml/2006/main` and `…/ooxml/wordprocessingml/main`. */
const PREFIXES: readonly [RegExp, string][] = [
  [/\/wordprocessingml(?:\/2006)?\/main$/, 'w'],
  [/\/drawingml(?:\/2006)?\/main$/, 'a'],
  [/\/drawingml(?:\/2006)?\/chart$/, 'c'],
  [/\/drawingml(?:\/2006)?\/diagram$/, 'dgm'],
  [/\/drawingml(?:\/2006)?\/wordprocessingDrawing$/, 'wp'],
  [/\/officeDocument(?:\/2006)?\/math$/, 'm'],
  [/\/officeDocument(?:\/2006)?\/relationships$/, 'r'],
  [/\/markup-compatibility\/2006$/, 'mc'],
  [/\/wordprocessingShape$/, 'wps'],
  [/\/spreadsheetml(?:\/2006)?\/main$/, 'x'],
  [/\/spreadsheetml\/2018\/threadedcomments$/, 'xtc'],
  [/\/drawingml(?:\/2006)?\/spreadsheetDrawing$/, 'xdr'],
  [/\/presentationml(?:\/2006)?\/main$/, 'p'],
  [/\/powerpoint\/2018\/8\/main$/, 'p188'],
  [/\/drawing\/2008\/diagram$/, 'dsp'],
  [/\/drawing\/2010\/main$/, 'a14'],
  [/\/drawing\/2014\/chartex$/, 'cx'],
  [/\/package\/2006\/relationships$/, ''],
  [/^urn:schemas-microsoft-com:vml$/, 'v'],
]

const prefixOf = (address: string): string | null => PREFIXES.find(([pattern]) => pattern.test(address))?.[1] ?? null

/**
 * Calls `take` for each child of the elements named `under`, as soon as it ends; it is not kept in memory.
 * @throws ingest.nesting_limit
 */
export function readXml(text: string, under: string, take: (element: Xml) => void): void {
  walk(text, (element, parent) => {
    if (parent?.name === under) take(element)
    else parent?.children.push(element)
  })
}

/**
 * A whole part as a tree; null when it has no element.
 * @throws ingest.nesting_limit
 */
export function xmlTree(text: string): Xml | null {
  let root: Xml | null = null
  walk(text, (element, parent) => {
    if (parent) parent.children.push(element)
    else root ??= element
  })
  return root
}

function walk(text: string, end: (element: Xml, parent: Xml | undefined) => void): void {
  const open: Xml[] = []
  const scopes: Record<string, string>[] = [{}]
  const parser = new Parser(
    {
      onopentag(rawName, rawAttributes) {
        if (open.length >= LIMITS.nestingDepth) throw fail('ingest.nesting_limit', { limit: LIMITS.nestingDepth })
        const scope = scopeOf(scopes.at(-1)!, rawAttributes)
        scopes.push(scope)
        const attributes: Record<string, string> = {}
        for (const [name, value] of Object.entries(rawAttributes))
          if (!name.startsWith('xmlns')) attributes[canonical(name, scope, false)] = value
        open.push({ name: canonical(rawName, scope, true), attributes, children: [] })
      },
      ontext(data) {
        open.at(-1)?.children.push(data)
      },
      onclosetag() {
        scopes.pop()
        const element = open.pop()
        if (element) end(element, open.at(-1))
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.write(text)
  parser.end()
}

function scopeOf(outer: Record<string, string>, attributes: Record<string, string>): Record<string, string> {
  let scope = outer
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue
    const prefix = prefixOf(value)
    if (scope === outer) scope = { ...outer }
    scope[name === 'xmlns' ? '' : name.slice(6)] = prefix ?? (name === 'xmlns' ? '' : name.slice(6))
  }
  return scope
}

function canonical(name: string, scope: Record<string, string>, isElement: boolean): string {
  const colon = name.indexOf(':')
  // An attribute without a prefix is in no namespace.
  if (colon < 0 && !isElement) return name
  const prefix = colon < 0 ? '' : name.slice(0, colon)
  const local = colon < 0 ? name : name.slice(colon + 1)
  const known = scope[prefix] ?? prefix
  return known === '' ? local : `${known}:${local}`
}

export const attributeOf = (element: Xml, name: string): string | null => element.attributes[name] ?? null

export function* elements(parent: Xml | null | undefined): Generator<Xml> {
  for (const child of parent?.children ?? []) if (typeof child !== 'string') yield child
}

export function childOf(parent: Xml | null | undefined, name: string): Xml | null {
  for (const child of elements(parent)) if (child.name === name) return child
  return null
}

/** Elements of a name anywhere below, in order; those inside of one that was found are not looked for. */
export function* below(parent: Xml | null | undefined, name: string): Generator<Xml> {
  for (const child of elements(parent)) {
    if (child.name === name) yield child
    else yield* below(child, name)
  }
}

/** The element at the end of a path of names. */
export const at = (parent: Xml | null | undefined, ...path: string[]): Xml | null =>
  path.reduce<Xml | null>((found, name) => childOf(found, name), parent ?? null)

/** Value of `<w:x w:val="…"/>` under a parent. */
export const valueOf = (parent: Xml | null | undefined, name: string): string | null => {
  const child = childOf(parent, name)
  return child ? attributeOf(child, 'w:val') : null
}

/** A switch: present without a value means on. */
export function isOn(parent: Xml | null | undefined, name: string): boolean {
  const child = childOf(parent, name)
  return child !== null && !['0', 'false', 'off', 'none'].includes(attributeOf(child, 'w:val') ?? '1')
}

/** All text below, as it stands. */
export const textBelow = (element: Xml): string =>
  element.children.map((child) => (typeof child === 'string' ? child : textBelow(child))).join('')

/** The first alternative that holds any text, else the first. */
export function alternative(element: Xml): Xml | null {
  const choices = [...elements(element)].filter((child) => child.name === 'mc:Choice' || child.name === 'mc:Fallback')
  return choices.find((choice) => textBelow(choice).trim() !== '') ?? choices[0] ?? null
}

/** What the author wrote about a picture for those who cannot see it; null when there is nothing of the kind. */
export const altText = (properties: Xml | null): string | null =>
  properties ? descriptionOf(attributeOf(properties, 'descr') ?? '') : null
