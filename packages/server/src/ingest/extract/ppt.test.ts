import { describe, expect, it } from 'vitest'
import { anchorOf } from '../../library/anchors.ts'
import { compoundFile } from '../testing/compound-file.ts'
import { type PptFile, pptFile } from '../testing/ppt-file.ts'
import { checkPage, outline, read } from '../testing/read.ts'

async function pagesOf(file: PptFile, fromPage = 1) {
  const { pages } = await read(pptFile(file), 'old.ppt', fromPage)
  pages.forEach(checkPage)
  return pages
}

const SLIDES = [
  {
    shapes: [
      { text: '锁的种类', kind: 0 },
      { text: 'pessimistic\rwaits\vlong', narrow: true },
    ],
    notes: 'say it slowly',
  },
  { shapes: [{ text: 'Second', kind: 6 }] },
  { shapes: [] },
]

describe('PowerPoint 97-2003', () => {
  it('gives slides in the order they are shown, whatever their order in the file; masters are no text', async () => {
    const pages = await pagesOf({ slides: SLIDES, reversed: true, master: 'Click to edit' })
    expect(pages.map((page) => outline([page]))).toEqual([
      ['heading 1: 锁的种类', 'paragraph: pessimistic', 'paragraph: waits\nlong', 'note: say it slowly'],
      ['heading 1: Second'],
      [],
    ])
    expect(pages.map(({ kind, label, status, width, height }) => ({ kind, label, status, width, height }))).toEqual([
      { kind: 'slide', label: '锁的种类', status: 'text', width: 720, height: 540 },
      { kind: 'slide', label: 'Second', status: 'text', width: 720, height: 540 },
      { kind: 'slide', label: null, status: 'blank', width: 720, height: 540 },
    ])
  })

  it('knows the places of its shapes', async () => {
    const [page] = await pagesOf({ slides: [{ shapes: [{ text: 'first' }, { text: 'in a box', anchor: [80, 160, 960, 480] }] }] })
    const start = page!.text.indexOf('in a box')
    expect(anchorOf(page!, start, start + 8)).toMatchObject({ kind: 'slide', slide: 1, boxes: [[20, 10, 100, 50]] })
    expect(anchorOf(page!, 0, 5)).toMatchObject({ boxes: [] })
  })

  it('says of a slide of nothing but pictures that it was not read', async () => {
    const [page] = await pagesOf({ slides: [{ shapes: [{ text: '', picture: true }] }] })
    expect(page).toMatchObject({ status: 'failed', code: 'ingest.picture_page' })
  })

  it('goes on at the page that is asked for', async () => {
    expect((await pagesOf({ slides: SLIDES }, 2)).map(({ page }) => page)).toEqual([2, 3])
  })

  it('says what is wrong: a password, damage', async () => {
    await expect(read(pptFile({ slides: SLIDES, encrypted: true }), 'a.ppt')).rejects.toMatchObject({ code: 'ingest.password_needed' })
    await expect(read(compoundFile({ 'PowerPoint Document': Buffer.alloc(5000) }), 'a.ppt')).rejects.toMatchObject({
      code: 'ingest.corrupt',
    })
  })
})
