/** Opens an OpenDocument file: a ZIP container with its parts, or one flat XML file that holds all of them. */
import { fail } from '../../../base/fail.ts'
import { decodeText } from '../charset.ts'
import { OfficePackage } from '../ooxml/package.ts'
import { resolveEntities } from '../xml/entities.ts'

export type OdfBody = 'text' | 'spreadsheet' | 'presentation' | 'drawing'

export interface OdfParts {
  body: OdfBody
  content: string
  /** styles.xml; of a flat file the file itself, '' when missing */
  styles: string
  /** content of an embedded object (formula), null when there is none */
  object(href: string): string | null
}

const BODY = /<office:(text|spreadsheet|presentation|drawing)[\s/>]/

/** @throws ingest.corrupt, ingest.password_needed, ingest.unpacked_limit */
export function openOdf(bytes: Uint8Array): OdfParts {
  const isContainer = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (!isContainer) {
    const text = textOfFlat(bytes)
    return { body: bodyOf(text), content: text, styles: text, object: () => null }
  }
  const pack = new OfficePackage(bytes)
  if (/<manifest:encryption-data[\s/>]/.test(pack.text('META-INF/manifest.xml') ?? '')) throw fail('ingest.password_needed')
  const content = pack.text('content.xml')
  if (content === null) throw fail('ingest.corrupt', { detail: 'no content.xml' })
  return {
    body: bodyOf(content),
    content: content,
    styles: pack.text('styles.xml') ?? '',
    object: (href) => pack.text(`${href.replace(/^\.\//, '')}/content.xml`),
  }
}

function textOfFlat(bytes: Uint8Array): string {
  const { text } = decodeText(bytes)
  if (!/<office:document[\s>]/.test(text)) throw fail('ingest.corrupt', { detail: 'ZIP' })
  return resolveEntities(text)
}

function bodyOf(content: string): OdfBody {
  const body = BODY.exec(content)?.[1]
  if (body === undefined) throw fail('ingest.corrupt', { detail: 'no body' })
  return body as OdfBody
}
