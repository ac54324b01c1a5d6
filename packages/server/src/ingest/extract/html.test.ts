import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'
import type { ExtractedPage } from './types.ts'

async function pagesOf(html: string | Uint8Array): Promise<ExtractedPage[]> {
  const { pages } = await read(typeof html === 'string' ? Buffer.from(html) : html, 'page.html')
  pages.forEach(checkPage)
  return pages
}
const outlineOf = async (html: string): Promise<string[]> => outline(await pagesOf(html))

describe('blocks of a web page', () => {
  it('are headings, paragraphs, lists, tables, code and quotes', async () => {
    const html = `<!doctype html><title>Fruit</title><h1>Fruit</h1><p>Apples   are
      <b>round</b>.<br>Mostly.</p><ul><li>red</li><li><p>green</p><p>sour ones</p><ol start=3><li>small</li></ol></li></ul>
      <table><thead><tr><th>Kind<th>Price</thead><tr><td>Cox<td>3</table><pre><code class="language-js">let a = 1
let b</code></pre><blockquote>An apple a day.</blockquote>`
    expect(await outlineOf(html)).toEqual([
      'heading 1: Fruit',
      'paragraph: Apples are round.\nMostly.',
      'list-item 0: • red',
      'list-item 0: • green',
      'paragraph: sour ones',
      'list-item 1: 3. small',
      'table: Kind\tPrice\nCox\t3',
      'code: let a = 1\nlet b',
      'quote: An apple a day.',
    ])
  })

  it('join Chinese lines without a space', async () => {
    expect(await outlineOf('<p>第一行\n第二行 and\nthird</p>')).toEqual(['paragraph: 第一行第二行 and third'])
  })

  it('keep columns of wide cells in place, and say what a tall one says in each of its rows', async () => {
    const [page] = await pagesOf('<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td colspan=2>2<tr><td>3<td>4</table>')
    expect(page!.text).toBe('a\tb\tc\n1\t2\t\n1\t3\t4')
  })

  it('hold no scripts, styles or hidden text; hidden text is counted', async () => {
    const [page] = await pagesOf(
      '<script>alert(1)</script><style>p{}</style><p>seen</p><p style="display: none">unseen</p><p hidden>too</p><template>never</template>',
    )
    expect(page!.text).toBe('seen')
    expect(page!.dropped.invisible).toBe('unseentoo'.length)
  })
})

describe('the main text', () => {
  const story = Array.from(
    { length: 12 },
    (_, index) =>
      `<p>Sentence ${index} of the story, which is long enough to be taken for the text of an article, with commas, and more.</p>`,
  ).join('')
  const menu = Array.from({ length: 60 }, (_, index) => `<li><a href="/${index}">Menu entry number ${index}</a></li>`).join('')

  it('is found between navigation', async () => {
    const text = (
      await pagesOf(
        `<title>Story</title><nav><ul>${menu}</ul></nav><div id="content"><h2>Story</h2>${story}</div><div class="sidebar"><ul>${menu}</ul></div>`,
      )
    )
      .map((page) => page.text)
      .join('')
    expect(text).toContain('Sentence 11')
    expect(text).not.toContain('Menu entry')
  })

  it('is the whole body where the rest is no navigation', async () => {
    const text = (
      await pagesOf(
        `<title>t</title><div>${story}</div><table><tr><td>plain<td>cells</table><div>a last remark outside of the article</div>`,
      )
    )
      .map((page) => page.text)
      .join('')
    expect(text).toContain('a last remark')
  })
})

describe('odd pages', () => {
  it('with 30,000 nested elements are read', async () => {
    const [page] = await pagesOf(`<title>deep</title>${'<div>'.repeat(30_000)}at the bottom`)
    expect(page!.text).toContain('at the bottom')
  })

  it('are decoded by what they are, not by what they say', async () => {
    // 简体中文网页 in GBK
    const gbk = Buffer.from([0xbc, 0xf2, 0xcc, 0xe5, 0xd6, 0xd0, 0xce, 0xc4, 0xcd, 0xf8, 0xd2, 0xb3])
    const declared = (charset: string): Uint8Array => Buffer.concat([Buffer.from(`<meta charset="${charset}"><p>`), gbk])
    expect((await pagesOf(declared('gb2312')))[0]!.text).toBe('简体中文网页')
    expect((await pagesOf(declared('utf-8')))[0]!.text).toBe('简体中文网页')
  })

  it('without text have no pages', async () => {
    expect(await pagesOf('<script>1</script>')).toEqual([])
  })
})
