/** What hangs on a slide: the speaker's notes and comments, of both generations of the format. */
import { oneLine } from '../clean.ts'
import type { DraftBlock } from '../draft.ts'
import { type OfficePackage, orElse } from '../ooxml/package.ts'
import { at, attributeOf, below, childOf, elements, textBelow, type Xml, xmlTree } from '../ooxml/xml.ts'
import { placeholderOf } from './shapes.ts'
import { paragraphsOf } from './text.ts'

const treeOf = (pack: OfficePackage, part: string): Xml | null => orElse(null, () => xmlTree(pack.text(part) ?? ''))

/** A note block per paragraph of the speaker's notes. */
export function notesBlocks(pack: OfficePackage, parts: readonly string[]): DraftBlock[] {
  const blocks: DraftBlock[] = []
  for (const part of parts) {
    for (const shape of elements(at(treeOf(pack, part), 'p:cSld', 'p:spTree'))) {
      // The page of notes also shows the slide, its number, the date.
      const placeholder = placeholderOf(shape)
      if (!placeholder || attributeOf(placeholder, 'type') !== 'body') continue
      for (const { text } of paragraphsOf(childOf(shape, 'p:txBody'), [])) blocks.push({ kind: 'note', text })
    }
  }
  return blocks
}

/** Names of those who comment, by id. */
export function authorsOf(pack: OfficePackage, parts: readonly string[]): Map<string, string> {
  const authors = new Map<string, string>()
  for (const part of parts) {
    for (const author of elements(treeOf(pack, part))) {
      const id = attributeOf(author, 'id')
      if (id !== null) authors.set(id, oneLine(attributeOf(author, 'name') ?? ''))
    }
  }
  return authors
}

/** A note block per comment and reply, with the name of who wrote it. */
export function commentBlocks(pack: OfficePackage, parts: readonly string[], authors: ReadonlyMap<string, string>): DraftBlock[] {
  const blocks: DraftBlock[] = []
  const add = (comment: Xml, text: string): void => {
    const author = authors.get(attributeOf(comment, 'authorId') ?? '') ?? ''
    if (text !== '') blocks.push({ kind: 'note', text: author === '' ? text : `${author}: ${text}` })
  }
  for (const part of parts) {
    for (const comment of elements(treeOf(pack, part))) {
      const plain = childOf(comment, 'p:text')
      if (plain) add(comment, oneLine(textBelow(plain)))
      else if (comment.name === 'p188:cm') {
        add(comment, bodyText(comment))
        for (const reply of below(childOf(comment, 'p188:replyLst'), 'p188:reply')) add(reply, bodyText(reply))
      }
    }
  }
  return blocks
}

const bodyText = (comment: Xml): string =>
  oneLine(
    paragraphsOf(childOf(comment, 'p188:txBody'), [])
      .map(({ text }) => text)
      .join(' '),
  )
