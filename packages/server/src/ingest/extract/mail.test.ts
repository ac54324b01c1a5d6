/** EML, MBOX and MSG. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../base/limits.ts'
import { mailFile } from '../testing/container-file.ts'
import { dataSet, rowsOfTsv } from '../testing/data-sets.ts'
import { codeOf, readInner } from '../testing/inner.ts'
import { checkPage } from '../testing/read.ts'

const GB = (hex: string): Buffer => Buffer.from(hex, 'hex')
const lines = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from('\r\n')]))

describe('a mail', () => {
  it('is its subject, headers and body; attachments are handed over', async () => {
    const mail = mailFile({
      subject: '=?utf-8?B?5Lya6K6u6YCa55+l?=',
      date: 'Fri, 21 Nov 2025 09:00:00 +0800',
      body: 'See the report.\r\n\r\nRegards',
      attachments: [
        { name: 'report.txt', type: 'text/plain', content: 'figures' },
        { name: '../../evil.txt', type: 'text/plain', content: 'x' },
        { type: 'application/pdf', content: '%PDF-1.4' },
      ],
    })
    const { files, outcome, pages } = await readInner(mail, 'x.eml')
    expect(pages[0]!.text).toBe(
      [
        '会议通知',
        'From: Anna <anna@example.com>',
        'To: Ben <ben@example.com>',
        'Date: Fri, 21 Nov 2025 09:00:00 +0800',
        'See the report.',
        'Regards',
        'report.txt (7 B)',
        'evil.txt (1 B)',
        'attachment.pdf (8 B)',
      ].join('\n'),
    )
    pages.forEach(checkPage)
    expect(files.map(({ path: folder, name, content }) => [folder, name, content.toString()])).toEqual([
      ['', 'report.txt', 'figures'],
      ['', 'evil.txt', 'x'],
      ['', 'attachment.pdf', '%PDF-1.4'],
    ])
    expect(outcome).toEqual({ notice: null, complete: true })
  })

  it('in HTML keeps its structure and not what is hidden', async () => {
    const mail = lines(
      'Subject: html',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'This mail is HTML only.',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<div style="display:none">preview</div><h2>Plan</h2><ul><li>one<li>two</ul><script>x()</script>',
      '--b--',
    )
    const { pages } = await readInner(mail, 'x.eml')
    expect(pages[0]!.blocks.map(({ kind, start, end }) => [kind, pages[0]!.text.slice(start, end)])).toEqual([
      ['heading', 'html'],
      ['heading', 'Plan'],
      ['list-item', 'one'],
      ['list-item', 'two'],
    ])
  })

  it('has pictures of its text as children only when they are larger than a logo', async () => {
    const picture = (bytes: number, id: string) => ({
      name: `${id}.png`,
      type: 'image/png',
      content: Buffer.alloc(bytes, 1),
      headers: [`Content-ID: <${id}>`, `Content-Disposition: inline; filename="${id}.png"`],
    })
    const mail = mailFile({
      subject: 's',
      body: 'b',
      attachments: [picture(LIMITS.inlineImageBytes - 1, 'logo'), picture(LIMITS.inlineImageBytes, 'photo')],
    })
    expect((await readInner(mail, 'x.eml')).files.map(({ name }) => name)).toEqual(['photo.png'])
  })

  it('attached to a mail is a file of its own', async () => {
    const inner = mailFile({ subject: 'inner', body: 'inside' })
    const { files, pages } = await readInner(
      mailFile({ subject: 'outer', body: 'outside', attachments: [{ name: 'inner.eml', type: 'message/rfc822', content: inner }] }),
      'x.eml',
    )
    expect(files.map(({ name }) => name)).toEqual(['inner.eml'])
    expect(pages[0]!.text).not.toContain('inside')
  })

  it('without a declared character set is read in the one it is in, headers too', async () => {
    // GB18030: 会议通知 / 各位同事：明天上午十点在三楼会议室开会，请准时参加。
    const mail = lines(
      Buffer.concat([Buffer.from('Subject: '), GB('bbe1d2e9cda8d6aa')]),
      '',
      GB('b8f7cebbcdaccac2a3bac3f7ccecc9cfcee7caaeb5e3d4dac8fdc2a5bbe1d2e9cad2bfaabbe1a3acc7ebd7bccab1b2cebcd3a1a3'),
    )
    expect((await readInner(mail, 'x.eml')).pages[0]!.text).toBe('会议通知\n各位同事：明天上午十点在三楼会议室开会，请准时参加。')
  })

  it('that was saved as UTF-16 is read', async () => {
    const mail = Buffer.from(`\ufeff${mailFile({ subject: 'wide', body: '正文 body' }).toString()}`, 'utf16le')
    expect((await readInner(mail, 'x.eml')).pages[0]!.text).toContain('正文 body')
  })

  it('with nothing in it is empty', async () => {
    expect(await codeOf(readInner(Buffer.from('\r\n\r\n'), 'x.eml'))).toBe('ingest.no_text')
  })
})

describe('a mailbox', () => {
  it('gives each message by its day and subject, which stay when others go', async () => {
    const message = (subject: string, day: number): string =>
      `From anna@example.com Fri Nov 21 09:00:00 2025\n${mailFile({
        subject,
        date: `${day} Nov 2025 09:00:00 +0000`,
        body: 'Text\n\nFromage is not a border.',
      })
        .toString()
        .replaceAll('\r\n', '\n')}\n`
    const all = Buffer.from(message('one', 1) + message('two', 2) + message('two', 2))
    const { files, pages } = await readInner(all, 'x.mbox')
    expect(files.map(({ name }) => name)).toEqual(['2025-11-01 one.eml', '2025-11-02 two.eml', '2025-11-02 two (2).eml'])
    expect(files[0]!.content.toString()).toMatch(/^From: Anna/)
    expect(pages[0]!.text).toContain('2025-11-02 two (2).eml')
    const less = await readInner(Buffer.from(message('two', 2)), 'x.mbox')
    expect(less.files.map(({ name }) => name)).toEqual(['2025-11-02 two.eml'])
  })
})

describe('hostile and odd files of the evaluation set', () => {
  const folder = dataSet('malformed')
  const rows = folder ? rowsOfTsv(path.join(folder, 'INDEX.tsv')).filter(({ family }) => ['zip', 'eml', 'msg'].includes(family!)) : []

  it.skipIf(folder === null)(
    folder === null ? 'skipped: shared/data is absent' : `of ZIP, EML and MSG end as their index says (${rows.length})`,
    { timeout: 120_000 },
    async () => {
      const wrong: string[] = []
      for (const { file, expected } of rows) {
        if (!existsSync(path.join(folder!, file!))) continue
        const found = await outcomeOf(readFileSync(path.join(folder!, file!)), path.basename(file!))
        if (!fits(expected!, found)) wrong.push(`${file}: expected ${expected}, found ${found}`)
      }
      expect(wrong).toEqual([])
    },
  )

  /** "text", or the code of the container or of what is in it */
  async function outcomeOf(bytes: Buffer, name: string): Promise<string> {
    try {
      const { files, outcome, pages } = await readInner(bytes, name)
      pages.forEach(checkPage)
      if (outcome?.notice) return `text ${outcome.notice.code}`
      // What matters of an archive in an archive is what becomes of that one.
      if (name.endsWith('.zip') && files.every((file) => file.name.endsWith('.zip')))
        return (await Promise.all(files.map((file) => outcomeOf(file.content, file.name)))).join(' ') || 'text'
      return 'text'
    } catch (error) {
      return (error as { code?: string }).code ?? `crash ${String(error)}`
    }
  }

  const CODES: Record<string, RegExp> = {
    'state:empty': /empty_file|no_text/,
    // A file of 0 bytes is called empty, whatever its name says.
    'state:corrupt': /corrupt|entries_unread|unpacked_limit|empty_file/,
    'state:too-large': /unpacked_limit/,
    'state:encrypted': /password_needed/,
    'state:unsupported': /unsupported/,
  }
  const fits = (expected: string, found: string): boolean =>
    expected === 'text'
      ? found.startsWith('text')
      : expected === 'text-or-state'
        ? !found.startsWith('crash')
        : (CODES[expected]?.test(found) ?? false)
})
