/**
 * Entities that an XML document defines for itself. Internal ones are put in where they are used, within a bound on the
 * text they come to; external ones are nothing: no file and no address is ever opened for them.
 */
import { fail } from '../../../base/fail.ts'
import { LIMITS } from '../../../base/limits.ts'

const MiB = 1024 * 1024
/** A document type is at the head of a file, and its own part of it is short. */
const DOCTYPE = /<!DOCTYPE\s[^[>]{0,1000}\[([\s\S]{0,200000}?)\]\s*>/i
const ENTITY = /<!ENTITY\s+(%\s+)?([\w:.-]+)\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\b[^>]*)\s*>/g
const REFERENCE = /&([A-Za-z_][\w:.-]*);/g
const KNOWN: ReadonlySet<string> = new Set(['amp', 'lt', 'gt', 'quot', 'apos'])

const HEAD_CHARS = 300_000

/**
 * The text without its document type and with its own entities resolved; as it is when it defines none.
 * @throws ingest.unpacked_limit when the entities come to more text than one part of a container may hold
 */
export function resolveEntities(text: string): string {
  const doctype = DOCTYPE.exec(text.slice(0, HEAD_CHARS))
  if (!doctype) return text
  const values = definedIn(doctype[1]!)
  const body = text.slice(0, doctype.index) + text.slice(doctype.index + doctype[0].length)
  if (values.size === 0) return body
  const size = sizes(values)
  let chars = body.length
  for (const [, name] of body.matchAll(REFERENCE)) chars += size.get(name!) ?? 0
  if (chars > LIMITS.unpackedPartBytes) throw tooLarge()
  return expand(body, values, new Set())
}

/**
 * For a part that is read in pieces: nothing is resolved, but what the references would come to is counted.
 * @returns called with each piece in order; throws ingest.unpacked_limit
 */
export function entityCounter(): (piece: string) => void {
  let size: Map<string, number> | null = null
  let chars = 0
  return (piece) => {
    if (size === null) {
      const doctype = DOCTYPE.exec(piece)
      size = doctype ? sizes(definedIn(doctype[1]!)) : new Map()
    }
    if (size.size === 0) return
    for (const [, name] of piece.matchAll(REFERENCE)) chars += size.get(name!) ?? 0
    if (chars > LIMITS.unpackedPartBytes) throw tooLarge()
  }
}

const tooLarge = (): Error => fail('ingest.unpacked_limit', { limit: `${LIMITS.unpackedPartBytes / MiB} MiB` })

function definedIn(subset: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [, parameter, name, double, single] of subset.matchAll(ENTITY))
    if (parameter === undefined && !KNOWN.has(name!) && !values.has(name!)) values.set(name!, double ?? single ?? '')
  return values
}

/** Characters that each entity comes to when all within it are resolved, and one for each of these; Infinity for one that contains itself. */
function sizes(values: ReadonlyMap<string, string>): Map<string, number> {
  const known = new Map<string, number>()
  const sizeOf = (name: string, open: ReadonlySet<string>): number => {
    const done = known.get(name)
    if (done !== undefined) return done
    if (open.has(name) || open.size > LIMITS.nestingDepth) return Infinity
    const value = values.get(name) ?? ''
    const inside = new Set([...open, name])
    let size = value.length
    for (const [, inner] of value.matchAll(REFERENCE)) if (values.has(inner!)) size += 1 + sizeOf(inner!, inside)
    known.set(name, size)
    return size
  }
  return new Map([...values.keys()].map((name) => [name, sizeOf(name, new Set())]))
}

/** Only called when the sizes are finite and small: then nothing contains itself. */
function expand(text: string, values: ReadonlyMap<string, string>, open: ReadonlySet<string>): string {
  return text.replaceAll(REFERENCE, (whole, name: string) => {
    const value = values.get(name)
    return value === undefined || open.has(name) ? whole : expand(value, values, new Set([...open, name]))
  })
}
