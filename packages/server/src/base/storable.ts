/**
 * Text as the database can keep it. PostgreSQL has no NUL in text, and JSON no lone surrogates; files have both.
 * Each becomes U+FFFD, one UTF-16 unit for one, so that offsets stay right.
 */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd')

/** How JSON writes what cannot be stored; a text that merely looks like it only costs the slower way. */
const SUSPECT = /\\u(?:0000|d[89a-f])/i

/** JSON of a value whose strings are storable, as bytes: bound as `json`, it goes to the store as it is. */
export const storableJsonBytes = (value: unknown): Buffer => Buffer.from(storableJson(value))

/** JSON of a value whose strings are storable. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (!SUSPECT.test(json)) return json
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part))
}
