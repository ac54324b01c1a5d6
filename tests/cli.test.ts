/** The `zhiku` command as other programs and people use it. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { anchorSchema } from '@zhiku/contract/anchor.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeDocx, makeEncryptedPdf, makePdf } from './support/fixtures.ts'
import { type TestServer, newDataDir, startTestServer, zhiku } from './support/server.ts'

const document = z.strictObject({ id: z.string(), name: z.string() })
const searchOutput = z.strictObject({
  query: z.string(),
  results: z.array(z.strictObject({ document, text: z.string(), score: z.number(), anchor: anchorSchema })),
})
const askOutput = z.object({
  answer: z.string(),
  answered: z.boolean(),
  mode: z.enum(['extractive', 'model']),
  citations: z.array(z.object({ mark: z.int(), document, quote: z.string(), anchor: anchorSchema })),
})
const addOutput = z.strictObject({
  name: z.string(),
  document: z.string().nullable(),
  state: z.string(),
  pages: z.int(),
  chunks: z.int(),
  code: z.string().optional(),
  reason: z.string().optional(),
})
const lines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown)

const HANDBOOK = `# 锁与并发

## 间隙锁

间隙锁锁住索引记录之间的空隙，阻止其他事务在空隙里插入，因此能防止幻读。

## 乐观锁

乐观锁不加锁，提交时用版本号检查数据有没有被改过。

# Remote work

Employees may work from home three days a week. Requests go to the team lead.
`

let folder: string
let dataDir: string
beforeAll(async () => {
  folder = await newDataDir()
  dataDir = await newDataDir()
  await mkdir(path.join(folder, 'docs', 'deep'), { recursive: true })
  await writeFile(path.join(folder, 'docs', 'handbook.md'), HANDBOOK)
  await writeFile(
    path.join(folder, 'docs', 'deep', 'report.pdf'),
    makePdf([
      [
        { text: 'Annual report', x: 60, y: 80, size: 20 },
        { text: 'Revenue grew by 17 percent in 2023.', x: 60, y: 130 },
      ],
    ]),
  )
  await writeFile(path.join(folder, 'docs', 'letter.docx'), makeDocx(['# Letter', 'The warranty lasts thirty months.']))
  await writeFile(path.join(folder, 'docs', 'secret.pdf'), makeEncryptedPdf())
  await writeFile(path.join(folder, 'docs', 'broken.pdf'), '%PDF-1.4 nothing')
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true })
})

describe('without a server', () => {
  it('add reads files and folders, one JSON line each, and exits 0 when each came to its right end', async () => {
    const { code, stdout } = await zhiku(dataDir, ['add', '--json', path.join(folder, 'docs')])
    expect(code).toBe(0)
    const results = lines(stdout).map((line) => addOutput.parse(line))
    expect(Object.fromEntries(results.map((result) => [result.name, result.state]))).toEqual({
      'handbook.md': 'ready',
      'report.pdf': 'ready',
      'letter.docx': 'ready',
      'secret.pdf': 'needs',
      'broken.pdf': 'failed',
    })
    expect(results.find((result) => result.name === 'secret.pdf')).toMatchObject({
      code: 'ingest.password_needed',
      reason: expect.stringContaining('password') as string,
    })
  })

  it('add says in words what failed and why, in the language of the terminal', async () => {
    const { stdout, stderr } = await zhiku(
      dataDir,
      ['add', path.join(folder, 'docs', 'secret.pdf'), path.join(folder, 'docs', 'broken.pdf')],
      { LANG: 'zh_CN.UTF-8' },
    )
    expect(stdout).toContain('secret.pdf')
    expect(stderr).toContain('2 个文件没有完全读出')
    expect(stderr).toContain('密码')
  })

  it('add exits 2 for a path that does not exist, and still reads the others', async () => {
    const { code, stdout } = await zhiku(dataDir, [
      'add',
      '--json',
      path.join(folder, 'none.txt'),
      path.join(folder, 'docs', 'handbook.md'),
    ])
    expect(code).toBe(2)
    expect(lines(stdout).map((line) => addOutput.parse(line).state)).toEqual(['ready', 'failed'])
  })

  it('search --json keeps its contract', async () => {
    const { code, stdout } = await zhiku(dataDir, ['search', '间隙锁', '--json', '--k', '3'])
    expect(code).toBe(0)
    const output = searchOutput.parse(JSON.parse(stdout))
    expect(output.query).toBe('间隙锁')
    expect(output.results[0]).toMatchObject({ document: { name: 'handbook.md' } })
    expect(output.results[0]!.text).toContain('间隙锁')
    expect(output.results.length).toBeLessThanOrEqual(3)
  })

  it('search in a collection finds nothing of another', async () => {
    const { stdout } = await zhiku(dataDir, ['add', '--json', '--collection', 'letters', path.join(folder, 'docs', 'letter.docx')])
    expect(addOutput.parse(JSON.parse(stdout)).state).toBe('ready')
    const found = await zhiku(dataDir, ['search', '间隙锁', '--json', '--collection', 'letters'])
    expect(searchOutput.parse(JSON.parse(found.stdout)).results).toEqual([])
    const missing = await zhiku(dataDir, ['search', 'x', '--json', '--collection', 'nowhere'])
    expect(missing.code).toBe(1)
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'collection.not_found' } })
  })

  it('ask --json answers from the documents, verbatim, with a citation for each sentence', async () => {
    const { code, stdout } = await zhiku(dataDir, ['ask', '--json', '间隙锁如何防止幻读？'])
    expect(code).toBe(0)
    const output = askOutput.parse(JSON.parse(stdout))
    expect(output).toMatchObject({ answered: true, mode: 'extractive' })
    expect(output.citations[0]!.document.name).toBe('handbook.md')
    expect(output.citations.map((citation) => citation.quote).join('\n')).toContain('阻止其他事务在空隙里插入')
    for (const { mark, quote } of output.citations) {
      expect(output.answer).toContain(`[${mark}]`)
      expect(quote.length).toBeLessThanOrEqual(300)
      expect(HANDBOOK.replaceAll(/[\s#]+/g, '')).toContain(quote.replaceAll(/\s+/g, ''))
    }
  })

  it('ask says plainly when it is not in the documents', async () => {
    const output = askOutput.parse(JSON.parse((await zhiku(dataDir, ['ask', '--json', 'Who discovered the moons of Jupiter?'])).stdout))
    expect(output).toMatchObject({ answered: false, citations: [] })
    expect(output.answer.length).toBeGreaterThan(0)
  })

  it('ask prints the answer, marks, and file · page · quote', async () => {
    const { stdout } = await zhiku(dataDir, ['ask', 'By how much did revenue grow in 2023?'])
    expect(stdout).toMatch(/17 percent.*\[1\]/s)
    expect(stdout).toMatch(/\[1\] report\.pdf · page 1 · “.*17 percent.*”/)
  })

  it('status, list and doctor tell what is there', async () => {
    const status = JSON.parse((await zhiku(dataDir, ['status', '--json'])).stdout) as Record<string, unknown>
    expect(status).toMatchObject({
      version: expect.any(String) as string,
      engine: expect.stringContaining('pglite') as string,
      documents: { ready: 4, needs: 1, failed: 1 },
      queue: { waiting: 0, running: 0 },
    })
    expect(status['chunks']).toBeGreaterThan(0)
    const doctor = await zhiku(dataDir, ['doctor', '--json'])
    expect(doctor.code).toBe(0)
    expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: true })
    expect(lines((await zhiku(dataDir, ['list', '--json'])).stdout)).toHaveLength(6)
  })

  it('delete removes for good, and doctor finds nothing left', async () => {
    const gone = await zhiku(dataDir, ['delete', 'report.pdf'])
    expect(gone.code).toBe(0)
    expect(searchOutput.parse(JSON.parse((await zhiku(dataDir, ['search', 'revenue', '--json'])).stdout)).results).toEqual([])
    expect((await zhiku(dataDir, ['doctor'])).code).toBe(0)
    expect((await zhiku(dataDir, ['delete', 'report.pdf'])).code).toBe(1)
  })

  it('an unknown option or command is an error of use', async () => {
    expect((await zhiku(dataDir, ['search', 'x', '--nope'])).code).toBe(2)
    expect((await zhiku(dataDir, ['nothing'])).code).toBe(2)
  })
})

describe('beside a server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.end())

  it('commands go to the server that runs on the folder', async () => {
    const { stdout } = await zhiku(server.dataDir, ['add', '--json', path.join(folder, 'docs', 'letter.docx')])
    const added = addOutput.parse(JSON.parse(stdout))
    expect(added.state).toBe('ready')
    expect((await server.client.getDocument({ id: added.document! })).document.name).toBe('letter.docx')
  })

  it('a second server on the folder is refused and names the first', async () => {
    const { code, stderr } = await zhiku(server.dataDir, ['serve'])
    expect(code).toBe(1)
    expect(stderr).toContain(String(server.process.pid))
  })
})
