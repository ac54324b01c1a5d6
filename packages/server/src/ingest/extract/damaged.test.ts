/** Damaged copies of good files of every format end as pages that keep all rules, or as a typed error: never otherwise. */
import { utils, write } from '@e965/xlsx'
import { describe, expect, it } from 'vitest'
import { isAppError } from '../../base/fail.ts'
import { docFile, ENDS_ROW, IN_TABLE } from '../testing/doc-file.ts'
import { cell, docxFile, paragraph, row, table } from '../testing/docx-file.ts'
import { damaged, randomFrom } from '../testing/mutate.ts'
import { epubFile, flatOdf, type OdfFile, odfFile } from '../testing/odf-file.ts'
import { pptFile } from '../testing/ppt-file.ts'
import { group, line, pptxFile, shape } from '../testing/pptx-file.ts'
import { checkPage, read } from '../testing/read.ts'
import { sheetRow, xlsxFile } from '../testing/xlsx-file.ts'

/** One seed for all: a failure names the format and the number of the copy. */
const SEED = 20_261_121
const COPIES = Number(process.env.ZHIKU_DAMAGED_COPIES ?? 60)

const text = (xml: string): string => `<text:p>${xml}</text:p>`
const ODT: OdfFile = {
  body: 'text',
  automatic: '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>',
  content: `<text:h text:outline-level="1">标题</text:h><text:list text:style-name="L"><text:list-item>${text('one')}</text:list-item></text:list><table:table><table:table-row><table:table-cell>${text('cell')}</table:table-cell></table:table-row></table:table>`,
}
const ODS: OdfFile = {
  body: 'spreadsheet',
  content: `<table:table table:name="S"><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2">${text('1')}</table:table-cell></table:table-row></table:table>`,
}
const ODP: OdfFile = {
  body: 'presentation',
  content: `<draw:page><draw:frame svg:x="1cm" svg:y="1cm" svg:width="5cm" svg:height="2cm"><draw:text-box>${text('slide')}</draw:text-box></draw:frame></draw:page>`,
}

function xlsFile(): Uint8Array {
  const book = utils.book_new()
  const sheet = utils.aoa_to_sheet([
    ['名称', '数量'],
    ['锁', 12],
  ])
  utils.book_append_sheet(book, sheet, 'S')
  return new Uint8Array(write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer)
}

const FILES: readonly [string, () => Uint8Array][] = [
  [
    'a.doc',
    () =>
      docFile({
        paragraphs: [
          { text: '标题', style: 1 },
          { text: 'a\u0007', properties: [IN_TABLE] },
          { text: '\u0007', properties: [IN_TABLE, ENDS_ROW] },
        ],
        footnotes: 'note',
      }),
  ],
  [
    'a.docx',
    () =>
      docxFile({
        body: paragraph('标题', '<w:outlineLvl w:val="0"/>') + table([row([cell('a'), cell('b')]), row([cell('1'), cell('2')])]),
      }),
  ],
  [
    'a.xlsx',
    () =>
      xlsxFile({
        sheets: [
          {
            name: '表',
            rows:
              sheetRow(1, ['名称', '日期']) +
              '<x:row r="2"><x:c r="A2" t="s"><x:v>0</x:v></x:c><x:c r="B2" s="1"><x:v>45292</x:v></x:c></x:row>',
            after: '<x:mergeCells><x:mergeCell ref="A2:A9"/></x:mergeCells>',
          },
        ],
        strings: ['锁'],
        formats: ['yyyy"年"m"月"'],
      }),
  ],
  [
    'a.pptx',
    () =>
      pptxFile({
        slides: [{ shapes: group([0, 0, 90, 90], [0, 0, 9, 9], shape(line('标题'), [1, 1, 5, 5], 'type="title"')) }, { shapes: '' }],
      }),
  ],
  ['a.csv', () => Buffer.from('名称,"数""量"\n锁,12\n,"a\nb"\n')],
  ['a.ppt', () => pptFile({ slides: [{ shapes: [{ text: '标题', kind: 0, anchor: [0, 0, 80, 80] }], notes: 'note' }, { shapes: [] }] })],
  ['a.xls', xlsFile],
  ['a.odt', () => odfFile(ODT)],
  ['a.fodt', () => flatOdf(ODT)],
  ['a.fods', () => flatOdf(ODS)],
  ['a.fodp', () => flatOdf(ODP)],
  ['a.ods', () => odfFile(ODS)],
  ['a.odp', () => odfFile(ODP)],
  ['a.epub', () => epubFile({ pages: { 'a.xhtml': '<html><body><h1>One</h1><p>text</p></body></html>' }, metadata: '<title>T</title>' })],
  [
    'a.rtf',
    () =>
      Buffer.from(
        "{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset134 S;}}{\\stylesheet{\\s1 heading 1;}}\\s1 \\'b1\\'ea\\par\\pard\\trowd\\intbl a\\cell\\row\\pard{\\footnote n}\\u38145?\\par}",
      ),
  ],
  [
    'a.html',
    () => Buffer.from('<!doctype html><title>T</title><h1>标题</h1><table><tr><td rowspan=2>a<td>b<tr><td>c</table><ul><li>x</ul>'),
  ],
  ['a.md', () => Buffer.from('---\ntitle: T\n---\n# 标题\n\n- a\n  - b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet a\n```\n')],
  ['a.json', () => Buffer.from(`[{"id":1,"t":"\\u9501","n":[1,[2,{}]]},${'{"a":1},'.repeat(80)}{}]`)],
  [
    'a.xml',
    () =>
      Buffer.from('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a><title>T</title><r><k>1</k><v>&e;</v></r><p>b <i>c</i></p></a>'),
  ],
  ['a.srt', () => Buffer.from('1\n00:00:01,000 --> 00:00:02,000\n你好\n\n2\n00:00:02,000 --> 00:00:04,000\nthere\n')],
  ['a.py', () => Buffer.from('import os\n\ndef f():\n    return 1\n\n\nclass A:\n    pass\n')],
  ['a.txt', () => Buffer.from('第一章 总则\n\n为了规范管理，制定本办法。\n')],
]

describe('damaged copies', () => {
  it.for(FILES)('of %s end as pages or as a typed error', async ([name, make]) => {
    const good = make()
    const whole = await read(good, name)
    whole.pages.forEach(checkPage)
    expect(whole.pages.map((page) => page.text).join('')).not.toBe('')
    for (let copy = 0; copy < COPIES; copy++) {
      const bytes = damaged(good, randomFrom(SEED + copy))
      try {
        const { pages } = await read(bytes, name)
        pages.forEach(checkPage)
      } catch (error) {
        if (isAppError(error) && error.code.startsWith('ingest.')) continue
        throw new Error(`${name}, copy ${copy} of seed ${SEED}`, { cause: error })
      }
    }
  })
})
