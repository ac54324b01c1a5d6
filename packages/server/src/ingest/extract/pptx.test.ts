import { describe, expect, it } from 'vitest'
import { anchorOf } from '../../library/anchors.ts'
import { frame, group, line, pptxFile, shape, type TestDeck, xfrm } from '../testing/pptx-file.ts'
import { checkPage, outline, read } from '../testing/read.ts'
import type { ExtractedPage } from './types.ts'

async function pagesOf(deck: TestDeck): Promise<ExtractedPage[]> {
  const { pages } = await read(pptxFile(deck), 'test.pptx')
  pages.forEach(checkPage)
  return pages
}
const oneSlide = async (
  shapes: string,
  more: Partial<TestDeck> = {},
  relations: TestDeck['slides'][0]['relations'] = [],
): Promise<ExtractedPage> => (await pagesOf({ ...more, slides: [{ shapes, relations }] }))[0]!

function boxAt(page: ExtractedPage, text: string): readonly number[] {
  const start = page.text.indexOf(text)
  const anchor = anchorOf(page, start, start + text.length)
  return anchor.kind === 'slide' ? anchor.boxes[0]! : []
}
/** Is the box of a text inside of [x, y, w, h]? */
function expectInside(page: ExtractedPage, text: string, [x, y, w, h]: readonly [number, number, number, number]): void {
  const [bx, by, bw, bh] = boxAt(page, text) as [number, number, number, number]
  expect(bx).toBeGreaterThanOrEqual(x - 0.1)
  expect(by).toBeGreaterThanOrEqual(y - 0.1)
  expect(bx + bw).toBeLessThanOrEqual(x + w + 0.1)
  expect(by + bh).toBeLessThanOrEqual(y + h + 0.1)
}

describe('slides', () => {
  it('come in the order of the presentation, with size, title and marks for hidden ones', async () => {
    const slide = (title: string, hidden = false) => ({ shapes: shape(line(title), [50, 20, 800, 60], 'type="title"'), hidden })
    const pages = await pagesOf({ slides: [slide('first'), slide('second', true), { shapes: '' }], order: [1, 0, 2] })
    expect(pages.map(({ label, kind, width, height, status }) => [label, kind, width, height, status])).toEqual([
      ['second', 'slide', 960, 540, 'text'],
      ['first', 'slide', 960, 540, 'text'],
      [null, 'slide', 960, 540, 'blank'],
    ])
    expect(pages[0]!.blocks).toMatchObject([{ kind: 'heading', level: 1, hidden: true }])
    expect(pages[1]!.blocks[0]!.hidden).toBeUndefined()
  })

  it('of nothing but pictures are not called blank; one that is missing does not take the others with it', async () => {
    const picture = `<p:pic><p:nvPicPr><p:cNvPr id="1" name="Picture 1" descr="image1.png"/></p:nvPicPr><p:spPr>${xfrm([0, 0, 9, 9])}</p:spPr></p:pic>`
    const pages = await pagesOf({ slides: [{ shapes: picture }, { shapes: shape(line('text'), [0, 0, 100, 50]) }], parts: {} })
    expect(pages.map(({ status, code }) => [status, code])).toEqual([
      ['failed', 'ingest.picture_page'],
      ['text', null],
    ])
    const broken = await pagesOf({ slides: [{ shapes: '' }, { shapes: shape(line('kept')) }], parts: {}, order: [7, 1] })
    expect(broken.map(({ status, code }) => [status, code])).toEqual([
      ['failed', 'ingest.corrupt'],
      ['text', null],
    ])
  })
})

describe('shapes', () => {
  it('take place and list marks from layout and master', async () => {
    const master = shape('', [10, 400, 300, 100], 'type="body"').replace('<a:bodyPr/>', '<a:bodyPr anchor="b"/>')
    const layout = shape('', [100, 200, 400, 150], 'type="body" idx="3"') + shape('', null, 'type="subTitle" idx="4"')
    const masterStyles = '<p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr><a:lvl2pPr><a:buNone/></a:lvl2pPr></p:bodyStyle>'
    const page = await oneSlide(
      shape(line('in the layout'), null, 'idx="3"') +
        shape(
          line('in the master') + line('deeper', '<a:pPr lvl="1"/>') + line('plain', '<a:pPr><a:buNone/></a:pPr>'),
          null,
          'type="subTitle" idx="4"',
        ),
      { layout, master, masterStyles },
    )
    expectInside(page, 'in the layout', [100, 200, 400, 150])
    expectInside(page, 'in the master', [10, 400, 300, 100])
    expect(outline([page])).toEqual([
      'list-item 0: • in the layout',
      'list-item 0: • in the master',
      'paragraph: deeper',
      'paragraph: plain',
    ])
  })

  it('in groups inside of groups stand where the groups put them', async () => {
    const inner = group([0, 0, 100, 100], [0, 0, 50, 50], shape(line('deep'), [10, 10, 20, 20]))
    const page = await oneSlide(group([500, 100, 200, 200], [0, 0, 100, 100], inner))
    // 10 -> 20 in the inner group -> 500 + 40 on the slide; sizes four times as large.
    expectInside(page, 'deep', [540, 140, 80, 80])
  })

  it('number their lists as they are shown', async () => {
    const item = (text: string, scheme: string, more = '') => line(text, `<a:pPr${more}><a:buAutoNum type="${scheme}"/></a:pPr>`)
    const page = await oneSlide(
      shape(
        item('a', 'arabicPeriod') +
          item('b', 'alphaLcParenR', ' lvl="1"') +
          item('c', 'arabicPeriod') +
          line('text') +
          item('d', 'romanUcParenBoth'),
        [0, 0, 400, 300],
      ),
    )
    expect(outline([page])).toEqual([
      'list-item 0: 1. a',
      'list-item 1: a) b',
      'list-item 0: 2. c',
      'paragraph: text',
      'list-item 0: (I) d',
    ])
  })

  it('are read by where they stand: title first, columns one after the other', async () => {
    const page = await oneSlide(
      shape(line('right below'), [500, 300, 400, 100]) +
        shape(line('left below'), [50, 300, 400, 100]) +
        shape(line('right above'), [500, 190, 400, 100]) +
        shape(line('left above'), [50, 190, 400, 100]) +
        shape(line('Title'), [50, 400, 860, 60], 'type="title"') +
        shape(line('without a place')),
    )
    expect(page.text.split('\n')).toEqual(['Title', 'left above', 'left below', 'right above', 'right below', 'without a place'])
  })

  it('leave out numbers of slides and dates, and repeat no footer', async () => {
    const shapes =
      shape(line('7'), [0, 500, 50, 20], 'type="sldNum"') +
      shape(line('2024'), [60, 500, 50, 20], 'type="dt"') +
      shape(line('ACME'), [120, 500, 90, 20], 'type="ftr"')
    const pages = await pagesOf({ slides: [{ shapes: shapes + shape(line('one')) }, { shapes: shapes + shape(line('two')) }] })
    expect(outline(pages)).toEqual(['note: ACME', 'paragraph: one', 'paragraph: two'])
  })
})

describe('what else stands on a slide', () => {
  it('tables keep header, merged cells and a place for each cell', async () => {
    const cell = (text: string, more = '') => `<a:tc${more}><a:txBody>${line(text)}</a:txBody></a:tc>`
    const table =
      '<a:tbl><a:tblPr firstRow="1"/><a:tblGrid><a:gridCol w="1270000"/><a:gridCol w="1270000"/><a:gridCol w="1270000"/></a:tblGrid>' +
      `<a:tr h="254000">${cell('Name')}${cell('Marks', ' gridSpan="2"')}${cell('', ' hMerge="1"')}</a:tr>` +
      `<a:tr h="254000">${cell('Ann', ' rowSpan="2"')}${cell('1')}${cell('2')}</a:tr>` +
      `<a:tr h="254000">${cell('', ' vMerge="1"')}${cell('3')}${cell('4')}</a:tr></a:tbl>`
    const page = await oneSlide(frame([100, 100, 300, 60], table))
    expect(page.text).toBe('Name\tMarks\t\nAnn\t1\t2\nAnn\t3\t4')
    expect(page.blocks[0]).toMatchObject({ kind: 'table', headerRows: 1, columns: ['Name', 'Marks', 'Marks'] })
    expect(boxAt(page, '4')).toEqual([300, 140, 100, 20])
    expect(boxAt(page, 'Marks')).toEqual([200, 100, 200, 20])
  })

  it('charts, diagrams and described pictures are read', async () => {
    const parts = {
      'ppt/charts/chart1.xml': {
        xml: '<c:chartSpace><c:chart><c:plotArea><c:pieChart><c:ser><c:tx><c:v>Share</c:v></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>A</c:v></c:pt><c:pt idx="1"><c:v>B</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx="1"><c:v>4.4000000000000004</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>',
      },
      'ppt/diagrams/data1.xml': {
        xml: `<dgm:dataModel><dgm:ptLst><dgm:pt modelId="1"><dgm:t>${line('step one')}</dgm:t></dgm:pt><dgm:pt modelId="2" type="pres"><dgm:t>${line('no')}</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`,
      },
    }
    const picture = `<p:pic><p:nvPicPr><p:cNvPr id="1" name="x" descr="Map of the harbour"/></p:nvPicPr><p:spPr>${xfrm([10, 400, 50, 50])}</p:spPr></p:pic>`
    const page = await oneSlide(
      frame([10, 10, 200, 100], '<c:chart r:id="c"/>') + frame([10, 200, 200, 100], '<dgm:relIds r:dm="d"/>') + picture,
      { parts },
      [
        ['c', 'chart', '../charts/chart1.xml'],
        ['d', 'diagramData', '../diagrams/data1.xml'],
      ],
    )
    expect(outline([page])).toEqual(['table: \tShare\nA\t\nB\t4.4', 'list-item 0: • step one', 'caption: Map of the harbour'])
    expect(boxAt(page, 'step one')).toEqual([10, 200, 200, 100])
  })

  it('notes of the speaker and comments follow, with who wrote them', async () => {
    const parts = {
      'ppt/notesSlides/notesSlide1.xml': {
        xml: `<p:notes><p:cSld><p:spTree>${shape(line('say hello'), null, 'type="body"')}${shape(line('3'), null, 'type="sldNum"')}</p:spTree></p:cSld></p:notes>`,
      },
      'ppt/comments/comment1.xml': { xml: '<p:cmLst><p:cm authorId="0"><p:text>old one</p:text></p:cm></p:cmLst>' },
      'ppt/comments/modern1.xml': {
        xml: `<p188:cmLst><p188:cm authorId="{x}"><p188:replyLst><p188:reply authorId="0"><p188:txBody>${line('reply')}</p188:txBody></p188:reply></p188:replyLst><p188:txBody>${line('new one')}</p188:txBody></p188:cm></p188:cmLst>`,
      },
      'ppt/commentAuthors.xml': { xml: '<p:cmAuthorLst><p:cmAuthor id="0" name="Li"/></p:cmAuthorLst>' },
      'ppt/authors.xml': { xml: '<p188:authorLst><p188:author id="{x}" name="Wang"/></p188:authorLst>' },
    }
    const page = await oneSlide(
      shape(line('text'), [0, 0, 100, 50]),
      {
        parts,
        relations: [
          ['ca', 'commentAuthors', 'commentAuthors.xml'],
          ['au', 'authors', 'authors.xml'],
        ],
      },
      [
        ['n', 'notesSlide', '../notesSlides/notesSlide1.xml'],
        ['k', 'comments', '../comments/comment1.xml'],
        ['k2', 'comments', '../comments/modern1.xml'],
      ],
    )
    expect(outline([page])).toEqual(['paragraph: text', 'note: say hello', 'note: Li: old one', 'note: Wang: new one', 'note: Li: reply'])
  })
})

it('a presentation without its main part ends typed', async () => {
  await expect(read(pptxFile({ slides: [] }).slice(0, 300), 'a.pptx')).rejects.toMatchObject({ code: 'ingest.corrupt' })
})
