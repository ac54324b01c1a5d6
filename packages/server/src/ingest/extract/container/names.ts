/** Names of files inside other files: decoded, cleaned, and refused where they point out of the container. */
import { LIMITS } from '../../../base/limits.ts'
import { decodeText } from '../charset.ts'

/** Files that systems leave behind and nobody wrote. */
const LEFT_BEHIND = /^(?:\.|__MACOSX$|~\$|thumbs\.db$|desktop\.ini$|icon\r$)/i

// eslint-disable-next-line no-control-regex -- control characters are exactly what is taken out
const UNWANTED = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

const EXTENSION = /\.[^./\\\s]{1,12}$/

/** A name that may be shown: no control characters, no slashes, bounded, extension kept; `otherwise` when nothing is left. */
export function cleanName(raw: string, otherwise: string): string {
  const name = raw
    .toWellFormed()
    .normalize('NFC')
    .replace(UNWANTED, '')
    .replace(/[/\\]+/g, '_')
    .replace(/\s+/g, ' ')
    .trim()
  if (name === '' || /^\.+$/.test(name)) return otherwise
  if (name.length <= LIMITS.fileNameChars - 10) return name
  const extension = EXTENSION.exec(name)?.[0] ?? ''
  return (
    name
      .slice(0, LIMITS.fileNameChars - 10 - extension.length)
      .toWellFormed()
      .replaceAll('\ufffd', '') + extension
  )
}

export type EntryPlace = { kind: 'file'; path: string; name: string } | { kind: 'left-behind' } | { kind: 'unsafe' }

/**
 * Where an entry of an archive lies. Backslashes are what old Windows programs write for slashes.
 * Absolute names and names with ".." are refused: nobody packs them by accident.
 */
export function placeOfEntry(raw: string): EntryPlace {
  const name = raw.replaceAll('\\', '/')
  if (/^(?:\/|[a-z]:)/i.test(name)) return { kind: 'unsafe' }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length === 0 || parts.includes('..')) return { kind: 'unsafe' }
  if (parts.some((part) => LEFT_BEHIND.test(part))) return { kind: 'left-behind' }
  const clean = parts.map((part) => cleanName(part, '_'))
  return { kind: 'file', path: clean.slice(0, -1).join('/'), name: clean.at(-1)! }
}

/**
 * Decodes names whose character set nobody declares, all together: one alone is too short to tell.
 * @param otherwise  decoder for when no set fits
 */
export function decodeNames(raw: readonly Uint8Array[], otherwise: (name: Uint8Array) => string): string[] {
  const together = Buffer.concat(raw.flatMap((name) => [name, Buffer.from('\n')]))
  try {
    const names = decodeText(together).text.split('\n')
    if (names.length === raw.length + 1) return names.slice(0, -1)
  } catch {
    // No set fits: decoded one by one as the format says.
  }
  return raw.map(otherwise)
}

/** Makes names different where they are not: "report.pdf", "report (2).pdf". */
export class DistinctNames {
  readonly #seen = new Set<string>()

  of(path: string, name: string): string {
    const extension = EXTENSION.exec(name)?.[0] ?? ''
    const stem = name.slice(0, name.length - extension.length)
    for (let count = 1; ; count += 1) {
      const distinct = count === 1 ? name : `${stem} (${count})${extension}`
      const key = `${path}/${distinct}`
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      return distinct
    }
  }
}
