import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../base/limits.ts'
import { encrypted, renamed, withoutUtf8Flag, zipFile } from '../testing/container-file.ts'
import { codeOf, readInner } from '../testing/inner.ts'

const text = (content: string): string => content

describe('an archive', () => {
  it('gives its files with their folders, and the list of them as its own text', async () => {
    const zip = await zipFile([
      { name: 'top.txt', content: text('on top') },
      { name: 'folder/deep/报告.md', content: text('# 报告') },
      { name: 'empty.txt', content: '' },
    ])
    const { files, outcome, pages } = await readInner(zip, 'all.zip')
    expect(files.map(({ path, name, content }) => [path, name, content.toString()])).toEqual([
      ['', 'top.txt', 'on top'],
      ['folder/deep', '报告.md', '# 报告'],
    ])
    expect(outcome).toEqual({ notice: null, complete: true })
    expect(pages[0]!.text).toBe('all.zip\ntop.txt (6 B)\nfolder/deep/报告.md (8 B)\nempty.txt (0 B)')
  })

  it('leaves out what systems leave behind, folders and links', async () => {
    const zip = await zipFile([
      { name: 'a.txt', content: 'a' },
      { name: '__MACOSX/._a.txt', content: 'x' },
      { name: '.DS_Store', content: 'x' },
      { name: '.git/config', content: 'x' },
      { name: 'Thumbs.db', content: 'x' },
      { name: '~$a.docx', content: 'x' },
      { name: 'link.txt', content: '/etc/passwd', mode: 0o120777 },
    ])
    const { files, pages } = await readInner(zip, 'a.zip')
    expect(files.map(({ name }) => name)).toEqual(['a.txt'])
    expect(pages[0]!.text).toBe('a.zip\na.txt (1 B)')
  })

  it('refuses names that lead out of it and takes the others', async () => {
    const plain = await zipFile([
      { name: 'good.txt', content: 'good' },
      { name: 'xx/xx/outside.txt', content: 'bad' },
      { name: 'xroot.txt', content: 'bad' },
      { name: 'xx_drive.txt', content: 'bad' },
    ])
    const zip = renamed(
      renamed(renamed(plain, 'xx/xx/outside.txt', '../../outside.txt'), 'xroot.txt', '/root.txt'),
      'xx_drive.txt',
      'c:\\drive.txt',
    )
    const { files, outcome, pages } = await readInner(zip, 'slip.zip')
    expect(files.map(({ path, name }) => [path, name])).toEqual([['', 'good.txt']])
    expect(outcome).toMatchObject({ notice: { code: 'ingest.entries_unread', params: { count: 3 } }, complete: true })
    expect(pages[0]!.text.match(/upload\.name_invalid/g)).toHaveLength(3)
  })

  it.each([
    ['gb18030', Buffer.from('b1a8b8e6b5dac8fdbcbeb6c8d3aad2b5ca', 'hex'), '报告第三季度营业'],
    ['shift_jis', Buffer.from('95b68f91838a83588367', 'hex'), '文書リスト'],
  ])('decodes names in %s that are not declared', async (_charset, raw, name) => {
    const length = raw.length % 2 === 1 ? raw.length - 1 : raw.length
    const placeholder = 'n'.repeat(length)
    const zip = withoutUtf8Flag(
      renamed(await zipFile([{ name: `${placeholder}.txt`, content: 'x' }]), placeholder, raw.subarray(0, length)),
    )
    const { files } = await readInner(zip, 'names.zip')
    expect(files.map((file) => file.name)).toEqual([`${name}.txt`])
  })

  it('with backslashes has folders', async () => {
    const zip = renamed(await zipFile([{ name: 'a_b.txt', content: 'x' }]), 'a_b.txt', 'a\\b.txt')
    expect((await readInner(zip, 'x.zip')).files.map(({ path, name }) => [path, name])).toEqual([['a', 'b.txt']])
  })

  it('whose entries have one name gives each its own', async () => {
    const zip = await zipFile([
      { name: 'a.txt', content: '1' },
      { name: 'b.txt', content: '2' },
    ])
    expect((await readInner(renamed(zip, 'b.txt', 'a.txt'), 'x.zip')).files.map(({ name }) => name)).toEqual(['a.txt', 'a (2).txt'])
  })
})

describe('an archive that cannot be read', () => {
  it('is typed: encrypted, empty, damaged', async () => {
    expect(await codeOf(readInner(encrypted(await zipFile([{ name: 'a.txt', content: 'secret' }])), 'a.zip'))).toBe(
      'ingest.password_needed',
    )
    expect(await codeOf(readInner(await zipFile([]), 'a.zip'))).toBe('ingest.no_text')
    const whole = await zipFile([{ name: 'a.txt', content: 'x'.repeat(1000) }])
    expect(await codeOf(readInner(whole.subarray(0, whole.length - 10), 'a.zip'))).toBe('ingest.corrupt')
    const flipped = Buffer.from(whole)
    flipped.fill(0xff, 40, 50)
    expect(await codeOf(readInner(flipped, 'a.zip'))).toBe('ingest.corrupt')
  })

  it('is a bomb: the directory gives it away, and a directory that lies is caught while unpacking', async () => {
    const bomb = await zipFile([{ name: 'zeros.txt', content: Buffer.alloc(50 * 1024 * 1024) }])
    expect(await codeOf(readInner(bomb, 'bomb.zip'))).toBe('ingest.unpacked_limit')
    // The size in the directory says 10 bytes.
    const lying = Buffer.from(bomb)
    for (let at = 0; at + 30 < lying.length; at += 1) if (lying.readUInt32LE(at) === 0x02014b50) lying.writeUInt32LE(10, at + 24)
    const { files, outcome } = await readInner(await withGood(lying), 'bomb.zip')
    expect(files.map(({ name }) => name)).toEqual(['bomb.zip'])
    expect(outcome).toMatchObject({ notice: null })
    expect(await codeOf(readInner(lying, 'bomb.zip'))).toBe('ingest.corrupt')
  })

  it('stops at the bound that the server names, keeps what was taken and says so in the list', async () => {
    const zip = await zipFile(Array.from({ length: 5 }, (_, n) => ({ name: `${n}.txt`, content: 'x' })))
    const notice = { code: 'ingest.files_limit', params: { limit: 2 } }
    const { files, outcome, pages } = await readInner(zip, 'many.zip', (n) => (n < 2 ? null : { notice, stop: true }))
    expect(files).toHaveLength(2)
    expect(outcome).toEqual({ notice, complete: false })
    expect(pages[0]!.text.match(/ingest\.files_limit/g)).toHaveLength(3)
  })

  it('has more entries than are looked at', async () => {
    const zip = await zipFile(Array.from({ length: LIMITS.containerEntries + 1 }, (_, n) => ({ name: `${n}`, content: '', store: true })))
    expect(await codeOf(readInner(zip, 'many.zip'))).toBe('ingest.unpacked_limit')
  })
})

const withGood = async (inner: Buffer): Promise<Buffer> => await zipFile([{ name: 'bomb.zip', content: inner }])
