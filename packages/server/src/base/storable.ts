/**
 * Text as the database can keep it. PostgreSQL has no NUL in text, and JSON no lone surrogates; files have both.
 * Each becomes U+FFFD, one UTF-16 unit for one, so that offsets stay right.
 */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd')

/** JSON of a value whose strings are storable. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part))
