import { expect, test } from 'vitest'
import { filesOfDrop, filesOfList, filesOfPaste } from './entries.ts'

type Tree = { [name: string]: string | Tree }
/** Entries as a browser gives them: a folder tells its children 100 at a time. */
function entryOf(name: string, tree: string | Tree): FileSystemEntry {
  if (typeof tree === 'string')
    return {
      name,
      isFile: true,
      isDirectory: false,
      file: (ok: (file: File) => void) => ok(new File([tree], name)),
    } as unknown as FileSystemEntry
  const children = Object.entries(tree).map(([child, inside]) => entryOf(child, inside))
  return {
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => {
      let at = 0
      return { readEntries: (ok: (batch: FileSystemEntry[]) => void) => ok(children.slice(at, (at += 100))) }
    },
  } as unknown as FileSystemEntry
}
const transfer = (...entries: (FileSystemEntry | null)[]): DataTransfer =>
  ({
    items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry })),
    files: [new File(['x'], 'plain.txt')],
  }) as unknown as DataTransfer
const summary = (files: { file: File; path: string }[]) => files.map(({ file, path }) => `${path}|${file.name}`)

test('a dropped folder gives its files with their paths, without the litter of systems', async () => {
  const folder = entryOf('docs', { 'b.pdf': 'b', a: { 'x.md': 'x', '.DS_Store': '' }, 'Thumbs.db': '', '~$open.docx': '' })
  expect(summary(await filesOfDrop(transfer(folder, entryOf('top.txt', 't'))))).toEqual(['docs/a|x.md', 'docs|b.pdf', '|top.txt'])
})

test('a folder of more than 100 files is read to its end', async () => {
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`${i}.txt`, 'x']))
  expect(await filesOfDrop(transfer(entryOf('many', many)))).toHaveLength(250)
})

test('where entries are not given the plain files are taken', async () => {
  expect(summary(await filesOfDrop(transfer(null)))).toEqual(['|plain.txt'])
})

test('a chosen folder tells the path of each file', () => {
  const file = new File(['x'], 'a.md')
  Object.defineProperty(file, 'webkitRelativePath', { value: 'docs/sub/a.md' })
  expect(summary(filesOfList([file, new File([''], '.hidden')]))).toEqual(['docs/sub|a.md'])
})

test('a pasted picture gets a name of its own, a file keeps its name, pasted text is no file', () => {
  const clipboard = (types: string[], ...names: string[]): DataTransfer =>
    ({ types, files: names.map((name) => new File(['x'], name, { type: 'image/png' })) }) as unknown as DataTransfer
  const now = new Date(2026, 10, 21, 9, 5, 7)
  expect(filesOfPaste(clipboard(['Files'], 'image.png', 'plan.png'), now, 'Pasted').map(({ file }) => file.name)).toEqual([
    'Pasted 2026-11-21 09.05.07.png',
    'plan.png',
  ])
  expect(filesOfPaste(clipboard(['text/plain', 'text/html', 'Files'], 'image.png'), now, 'Pasted')).toEqual([])
})
