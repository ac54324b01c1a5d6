/** Damaged copies of mails and archives end as pages that keep all rules, or as a typed error: never otherwise. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAppError } from '../../../base/fail.ts'
import { mailFile, zipFile } from '../../testing/container-file.ts'
import { dataSet, filesIn } from '../../testing/data-sets.ts'
import { readInner } from '../../testing/inner.ts'
import { damaged, randomFrom } from '../../testing/mutate.ts'
import { checkPage } from '../../testing/read.ts'

const SEED = 20_261_121
const COPIES = Number(process.env.ZHIKU_DAMAGED_COPIES ?? 100)

const mail = (subject: string): Buffer =>
  mailFile({
    subject,
    date: 'Fri, 21 Nov 2025 09:00:00 +0800',
    body: '正文 and text',
    attachments: [
      { name: '报告.txt', type: 'text/plain', content: 'figures '.repeat(50) },
      { name: 'inner.eml', type: 'message/rfc822', content: mailFile({ subject: 'inner', body: 'x' }) },
    ],
  })

const outlook = dataSet('office-real')
const FILES: readonly [string, () => Promise<Uint8Array>][] = [
  [
    'a.zip',
    () =>
      zipFile([
        { name: 'a.txt', content: 'text '.repeat(200) },
        { name: '文件夹/b.md', content: '# b' },
        { name: 'c.bin', content: Buffer.alloc(3000, 7), store: true },
      ]),
  ],
  ['a.eml', async () => mail('=?utf-8?B?5Lya6K6u6YCa55+l?=')],
  [
    'a.mbox',
    async () =>
      Buffer.from(`From a Fri Nov 21 09:00:00 2025\n${mail('one').toString()}\nFrom b Fri Nov 21 09:00:00 2025\n${mail('two').toString()}`),
  ],
  // No program to write MSG is at hand: those of the evaluation set.
  ...(outlook === null
    ? []
    : filesIn(outlook, 'msg').map((name): [string, () => Promise<Uint8Array>] => [
        name,
        async () => readFileSync(path.join(outlook, name)),
      ])),
]

describe(outlook === null ? 'damaged copies (MSG skipped: shared/data is absent)' : 'damaged copies', () => {
  it.each(FILES)('of %s', { timeout: 600_000 }, async (name, make) => {
    const good = new Uint8Array(await make())
    const random = randomFrom(SEED)
    const wrong: string[] = []
    let text = 0
    for (let copy = 0; copy < COPIES; copy += 1) {
      try {
        const { pages } = await readInner(damaged(good, random), name)
        pages.forEach(checkPage)
        text += 1
      } catch (error) {
        if (!isAppError(error) || !/^(?:ingest|upload)\./.test(error.code))
          wrong.push(`copy ${copy}: ${error instanceof Error ? error.stack : String(error)}`)
      }
    }
    expect(wrong).toEqual([])
    // Not everything is refused.
    expect(text).toBeGreaterThan(0)
  })
})
