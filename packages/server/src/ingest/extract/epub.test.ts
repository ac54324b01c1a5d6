import { describe, expect, it } from 'vitest'
import { type EpubFile, epubFile } from '../testing/odf-file.ts'
import { checkPage, outline, read } from '../testing/read.ts'

async function outlineOf(file: EpubFile): Promise<string[]> {
  const { pages } = await read(epubFile(file), 'book.epub')
  pages.forEach(checkPage)
  return outline(pages)
}
const page = (body: string, head = '<title/>'): string =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head>${head}</head><body>${body}</body></html>`

describe('EPUB', () => {
  it('is its pages in the order of the spine; empty elements do not swallow what follows', async () => {
    const pages = { 'text/第二 b.xhtml': page('<h1>One</h1><p>first<a id="x"/> page</p>'), 'a.xhtml': page('<p>second</p>') }
    expect(await outlineOf({ pages })).toEqual(['heading 1: One', 'paragraph: first page', 'paragraph: second'])
  })

  it('opens with its title, authors and description, and names chapters by the navigation', async () => {
    const file: EpubFile = {
      pages: { 'a.xhtml': page('<p>Once upon a time.</p>'), 'b.xhtml': page('<p>The end.</p>'), 'c.xhtml': page('<h2>Own</h2>') },
      metadata: '<dc:title>锁</dc:title><dc:creator>Ann</dc:creator><dc:description>About locks.</dc:description>',
      items: '<item id="nav" properties="nav" href="nav.xhtml" media-type="application/xhtml+xml"/>',
      parts: {
        'OEBPS/nav.xhtml': page(
          '<nav xmlns:epub="e" epub:type="toc"><ol><li><a href="a.xhtml#s1">Beginning</a></li><li><a href="a.xhtml#s2">not this</a></li>' +
            '<li><a href="c.xhtml">not shown</a></li></ol></nav>',
        ),
      },
    }
    expect(await outlineOf(file)).toEqual([
      'heading 1: 锁',
      'paragraph: Ann',
      'paragraph: About locks.',
      'heading 2: Beginning',
      'paragraph: Once upon a time.',
      'paragraph: The end.',
      'heading 2: Own',
    ])
  })

  it('of the second edition has its chapters in an NCX', async () => {
    const ncx =
      '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Part</text></navLabel><content src="a.xhtml"/></navPoint></navMap></ncx>'
    const file: EpubFile = {
      pages: { 'a.xhtml': page('<p>text</p>') },
      items: '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
      parts: { 'OEBPS/toc.ncx': ncx },
    }
    expect(await outlineOf(file)).toEqual(['heading 2: Part', 'paragraph: text'])
  })

  const encryption = (uri: string, method = 'http://www.w3.org/2001/04/xmlenc#aes128-cbc'): EpubFile => ({
    pages: { 'a.xhtml': page('<p>text</p>') },
    parts: {
      'META-INF/encryption.xml':
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><enc:EncryptedData>' +
        `<enc:EncryptionMethod Algorithm="${method}"/><enc:CipherData><enc:CipherReference URI="${uri}"/></enc:CipherData></enc:EncryptedData></encryption>`,
    },
  })

  it('under copy protection is said to be; disguised fonts are no protection', async () => {
    await expect(outlineOf(encryption('OEBPS/a.xhtml'))).rejects.toMatchObject({ code: 'ingest.encrypted' })
    expect(await outlineOf(encryption('OEBPS/font.otf'))).toEqual(['paragraph: text'])
    expect(await outlineOf(encryption('OEBPS/a.xhtml', 'http://www.idpf.org/2008/embedding'))).toEqual(['paragraph: text'])
  })

  it('without a package is its pages by name; links that lead out of the book are nothing', async () => {
    const file = { pages: { '../../../etc/passwd': '', 'https://x.y/z': '', 'b.xhtml': page('<p>b</p>') } }
    expect(await outlineOf(file)).toEqual(['paragraph: b'])
    await expect(outlineOf({ pages: {} })).rejects.toMatchObject({ code: 'ingest.corrupt' })
  })
})
