import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'

async function outlineOf(source: string): Promise<string[]> {
  const { pages } = await read(Buffer.from(source), 'notes.md')
  pages.forEach(checkPage)
  return outline(pages)
}

describe('Markdown', () => {
  it('is shown as it renders: no marks, links by their text, pictures by theirs', async () => {
    expect(await outlineOf('# A **bold** `title`\n\nSee [the page](http://x.y) and ![a cat](c.png).\nNext line,  \nbroken.')).toEqual([
      'heading 1: A bold title',
      'paragraph: See the page and a cat. Next line,\nbroken.',
    ])
  })

  it('keeps lists with depth and mark, quotes, code with its language', async () => {
    const source = '- one\n  - two\n\n3. three\n4. four\n\n   more of four\n\n> said\n\n```python title="x"\nprint(1)\n\nprint(2)\n```\n'
    expect(await outlineOf(source)).toEqual([
      'list-item 0: • one',
      'list-item 1: • two',
      'list-item 0: 3. three',
      'list-item 0: 4. four',
      'paragraph: more of four',
      'quote: said',
      'code: print(1)\n\nprint(2)',
    ])
    const { pages } = await read(Buffer.from(source), 'a.md')
    expect(pages[0]!.blocks.at(-1)).toMatchObject({ language: 'python' })
  })

  it('keeps tables with their cells and header', async () => {
    const { pages } = await read(Buffer.from('| a | b |\n|---|---|\n| 1 | **2** |\n|   | 3 |'), 'a.md')
    const [page] = pages
    checkPage(page!)
    expect(page!.blocks[0]).toMatchObject({ kind: 'table', headerRows: 1 })
    expect(page!.blocks[0]!.rows!.map((row) => row.map(([start, end]) => page!.text.slice(start, end)))).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['', '3'],
    ])
  })

  it('joins Chinese lines without a space', async () => {
    expect(await outlineOf('悲观锁与\n乐观锁')).toEqual(['paragraph: 悲观锁与乐观锁'])
  })

  it('reads HTML in it as HTML, without running anything', async () => {
    expect(
      await outlineOf(
        'a <b>bold</b> word<script>alert(1)</script>\n\n<details><summary>More</summary>\n\nhidden *text*\n\n</details>\n\n<table><tr><td>x</td><td>y</td></tr></table>',
      ),
    ).toEqual(['paragraph: a bold word', 'paragraph: More', 'paragraph: hidden text', 'table: x\ty'])
  })

  it('keeps the front matter: its title as a heading, the rest as lines', async () => {
    const front = [
      '---',
      'title: "锁的 \\"种类\\""',
      'date: 2024-05-01 # written',
      'tags: [并发, "a, b"]',
      'authors:',
      '  - Ann',
      "  - 'Bo''b'",
      'summary: >-',
      '  two',
      '  lines',
      '---',
      '# H',
      '',
    ].join('\n')
    expect(await outlineOf(front)).toEqual([
      'heading 1: 锁的 "种类"',
      "paragraph: date: 2024-05-01\ntags: 并发, a, b\nauthors: Ann, Bo'b\nsummary: two lines",
      'heading 1: H',
    ])
  })

  it('does not repeat a title that the text opens with, and takes a rule for a rule', async () => {
    expect(await outlineOf('---\ntitle: H\n---\n# H\n')).toEqual(['heading 1: H'])
    expect(await outlineOf('---\n\ntext\n')).toEqual(['paragraph: text'])
    expect(await outlineOf('---\nNo settings here\n---\n')).toEqual(['heading 2: No settings here'])
  })
})
