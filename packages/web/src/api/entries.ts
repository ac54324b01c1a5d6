/**
 * Files out of a drop or a file picker, folders included, each with the folder it came from.
 */

export interface PickedFile {
  file: File
  /** folder relative to what was dropped, "" at the top */
  path: string
}

/** One drop takes at most so many files; more is almost always a mistaken folder. */
export const DROP_LIMIT = 10_000

/** Files that systems leave behind and nobody means to upload. */
const isLitter = (name: string): boolean => name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini' || name.startsWith('~$')

const readAll = (directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => {
    const reader = directory.createReader()
    const all: FileSystemEntry[] = []
    // readEntries gives at most 100 at a time in Chromium; the empty answer is the end.
    const next = (): void =>
      reader.readEntries((batch) => {
        if (batch.length === 0) resolve(all)
        else {
          all.push(...batch)
          next()
        }
      }, reject)
    next()
  })

const toFile = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject))

async function walk(entry: FileSystemEntry, path: string, into: PickedFile[]): Promise<void> {
  if (into.length >= DROP_LIMIT || isLitter(entry.name)) return
  if (entry.isFile) {
    into.push({ file: await toFile(entry as FileSystemFileEntry), path })
    return
  }
  const children = await readAll(entry as FileSystemDirectoryEntry)
  children.sort((a, b) => a.name.localeCompare(b.name))
  for (const child of children) await walk(child, path === '' ? entry.name : `${path}/${entry.name}`, into)
}

/** Call inside the drop event: the transfer is emptied when it ends. */
export async function filesOfDrop(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? null)
  const plain = [...transfer.files]
  if (entries.length === 0 || entries.includes(null)) return filesOfList(plain)
  const picked: PickedFile[] = []
  for (const entry of entries) await walk(entry!, '', picked)
  return picked
}

/** Files of an `<input type=file>`; a chosen folder tells the path of each. */
export function filesOfList(files: Iterable<File>): PickedFile[] {
  return [...files]
    .filter((file) => !isLitter(file.name))
    .slice(0, DROP_LIMIT)
    .map((file) => ({ file, path: (file.webkitRelativePath ?? '').split('/').slice(0, -1).join('/') }))
}

/** The name that browsers give to every picture of the clipboard. */
const NAMELESS = /^image\.(\w+)$/i

/**
 * Files out of the clipboard. A picture without a name of its own gets one that tells when it was pasted: under one name
 * for all, each would be a new revision of the last.
 * @param word  what such a picture is called, in the reader's language
 */
export function filesOfPaste(transfer: DataTransfer, now: Date, word: string): PickedFile[] {
  // Office programs put a picture of the text beside the text: then the text is meant.
  if (transfer.types.includes('text/plain')) return []
  const two = (value: number): string => String(value).padStart(2, '0')
  const stamp = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`
  return filesOfList(transfer.files).map(({ file, path }, index) => {
    const ending = NAMELESS.exec(file.name)?.[1]
    if (ending === undefined) return { file, path }
    return { file: new File([file], `${word} ${stamp}${index === 0 ? '' : ` ${index + 1}`}.${ending}`, { type: file.type }), path }
  })
}
