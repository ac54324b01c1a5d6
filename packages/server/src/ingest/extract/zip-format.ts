/** Which format a ZIP container holds, by its list of entries; as an extension. */
import { fileTypeFromBuffer } from 'file-type'
import { unzipSync } from 'fflate'

/** Entry that makes a container this format; the first that fits. */
const ENTRIES: readonly (readonly [RegExp, string])[] = [
  [/^word\/document\d*\.xml$/, 'docx'],
  [/^xl\/workbook\.xml$/, 'xlsx'],
  [/^xl\/workbook\.bin$/, 'xlsb'],
  [/^ppt\/presentation\.xml$/, 'pptx'],
  [/^META-INF\/container\.xml$/, 'epub'],
  [/^OFD\.xml$/, 'ofd'],
  [/\.fdseq$/i, 'xps'],
  [/^Contents\/content\.hpf$/, 'hwpx'],
  [/^visio\/document\.xml$/, 'vsdx'],
  [/^AndroidManifest\.xml$/, 'apk'],
]

/** iWork files differ by their extension alone. */
const IWORK_ENTRY = /^(?:Index\/|Index\.zip$|index\.(?:xml|apxl)(?:\.gz)?$)/
const IWORK: ReadonlySet<string> = new Set(['pages', 'numbers', 'key'])

/** Media types that a container states in its first entry (OpenDocument, EPUB). */
const STATED: readonly (readonly [RegExp, string])[] = [
  [/^application\/epub\+zip/, 'epub'],
  [/^application\/vnd\.(?:oasis\.opendocument|sun\.xml)\.(?:text|writer)/, 'odt'],
  [/^application\/vnd\.(?:oasis\.opendocument|sun\.xml)\.(?:spreadsheet|calc)/, 'ods'],
  [/^application\/vnd\.(?:oasis\.opendocument|sun\.xml)\.(?:presentation|impress)/, 'odp'],
  [/^application\/vnd\.oasis\.opendocument\.graphics/, 'odg'],
]

/** Names that are looked at; whoever opens the container counts them. */
const NAMES_MAX = 20_000

/** Nothing is unpacked. A list that cannot be read leaves the extension, whose reader says what is wrong. */
export async function zipFormat(bytes: Uint8Array, extension: string): Promise<string> {
  const stated = statedType(bytes)
  const byType = STATED.find(([pattern]) => pattern.test(stated))
  if (byType) return byType[1]
  const names = entryNames(bytes)
  const byEntry = ENTRIES.find(([pattern]) => names.some((name) => pattern.test(name)))
  if (byEntry) return byEntry[1]
  if (IWORK.has(extension) && names.some((name) => IWORK_ENTRY.test(name))) return extension
  if (names.includes('content.xml') && /^f?od[tspg]$/.test(extension)) return extension
  if (names.length > 0) return /^(?:jar|xmind|mmap|kfx|apk|3mf)$/.test(extension) ? extension : nameless(extension)
  const found = await fileTypeFromBuffer(bytes)
  return found && found.ext !== 'zip' ? found.ext : nameless(extension)
}

/** A container without the parts that its extension promises: an Office file stays one, and its reader says what is missing. */
const nameless = (extension: string): string =>
  /^(?:doc|xls|ppt|dot|xlt|pps|pot)[xm]$|^od[tsp]$|^epub$/.test(extension) ? extension : 'zip'

/** Content of a first entry named `mimetype` that is not compressed, '' without one. */
function statedType(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200))
  if (head.length < 40 || head.readUInt16LE(26) !== 8 || head.toString('latin1', 30, 38) !== 'mimetype') return ''
  const from = 38 + head.readUInt16LE(28)
  return head.toString('latin1', from, from + 100).trimStart()
}

function entryNames(bytes: Uint8Array): string[] {
  const names: string[] = []
  try {
    unzipSync(bytes, {
      filter: ({ name }) => {
        if (names.length < NAMES_MAX) names.push(name.replaceAll('\\', '/'))
        return false
      },
    })
  } catch {
    // A damaged list of entries: what was read of it until then still tells the format.
  }
  return names
}
