import { type CustomTypesConfig, types as pgTypes } from 'pg'

/**
 * How values of the two engines become JavaScript values: one table, so that a row looks the same on both.
 *
 * | SQL                    | JavaScript                                                                          |
 * | ---------------------- | ----------------------------------------------------------------------------------- |
 * | int8                   | number when it is a safe integer, else bigint                                       |
 * | timestamptz            | string, ISO 8601 in UTC with six digits: `2026-01-31T08:00:00.000000Z` (exact, sorts) |
 * | json, jsonb            | parsed                                                                              |
 * | bytea                  | Buffer                                                                              |
 * | date, numeric, interval, bit, vector types | string, as PostgreSQL writes them                               |
 *
 * Arrays of these are JavaScript arrays of them. Both engines run with TimeZone=UTC, DateStyle=ISO.
 */
const INT8 = 20
const DATE = 1082
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
const INTERVAL = 1186

export function parseInt8(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

/** `2026-01-31 08:00:00.5+00` -> `2026-01-31T08:00:00.500000Z`; what is not a plain UTC time (infinity, BC) stays as it is. */
export function parseTimestamptz(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text)
  return match === null ? text : `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`
}

type Parser = (text: string) => unknown
const libraryParser: (oid: number, format?: 'text' | 'binary') => Parser = pgTypes.getTypeParser
const asText: Parser = (text) => text
/** text[], whose parser also reads the array syntax of every other scalar type */
const parseTextArray = libraryParser(1009)
function mapDeep(value: unknown, parse: Parser): unknown {
  if (Array.isArray(value)) return value.map((item) => mapDeep(item, parse))
  return typeof value === 'string' ? parse(value) : value
}
const arrayOf =
  (parse: Parser): Parser =>
  (text) =>
    mapDeep(parseTextArray(text), parse)

const PARSERS = new Map<number, Parser>([
  [INT8, parseInt8],
  [DATE, asText],
  [TIMESTAMP, asText],
  [TIMESTAMPTZ, parseTimestamptz],
  [INTERVAL, asText],
  [1016, arrayOf(parseInt8)],
  [1182, arrayOf(asText)],
  [1115, arrayOf(asText)],
  [1185, arrayOf(parseTimestamptz)],
  [1187, arrayOf(asText)],
  [1231, arrayOf(asText)], // numeric[]: the library's own parser would round to doubles
])

export const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => (format !== 'binary' && PARSERS.get(oid)) || libraryParser(oid, format),
}
