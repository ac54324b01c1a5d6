/** A few damaged and hostile files through a real server; `npm run test:mutations` runs the full counts. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ERRORS } from '@zhiku/contract/errors.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import { zipFile } from '../packages/server/src/ingest/testing/container-file.ts'
import { makeDocx, makePdf } from './support/fixtures.ts'
import { MUTATIONS, hostileFiles, mutate } from './support/mutations.ts'
import { seededRandom } from './support/random.ts'
import { type TestServer, startTestServer } from './support/server.ts'

const SMALL_BYTES = 500_000
const seed = Number(process.env['ZHIKU_TEST_SEED'] ?? Date.now() % 1_000_000)
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.end()
})

/** Text, or a state with a code of the error table that is not ours to blame. */
const isTyped = ({ chunks, children, notice }: Document): boolean =>
  chunks > 0 || children > 0 || (notice !== null && notice.code in ERRORS && notice.code !== 'internal')

it('files made to do harm end in text or in a typed state, and the server goes on', async () => {
  const untyped: string[] = []
  for (const { name, bytes } of await hostileFiles()) {
    // Those that take minutes to make or to read are for the full run.
    if (bytes.length > SMALL_BYTES) continue
    const document = await server.read(name, bytes).catch((error: unknown) => error as Error)
    if (document instanceof Error || !isTyped(document))
      untyped.push(`${name}: ${document instanceof Error ? document.message : document.state}`)
  }
  expect(untyped).toEqual([])
  expect((await server.read('after.txt', 'The server goes on.')).state).toBe('ready')
})

it(`damaged files do too (seed ${seed})`, async () => {
  const random = seededRandom(seed)
  const good: Record<string, Buffer> = {
    'a.pdf': Buffer.from(makePdf([[{ text: 'A page of text.', x: 50, y: 80 }], [{ text: 'Another page.', x: 50, y: 80 }]])),
    'a.docx': Buffer.from(makeDocx(['# Heading', 'A paragraph of text.'])),
    'a.zip': await zipFile([{ name: 'a.md', content: '# A\n\nText.' }]),
    'a.html': Buffer.from('<html><body><h1>Heading</h1><p>Text.</p><table><tr><td>1</td></tr></table></body></html>'),
  }
  const untyped: string[] = []
  for (const [name, bytes] of Object.entries(good))
    for (const kind of MUTATIONS) {
      const document = await server.read(`${kind}-${name}`, mutate(bytes, good['a.docx']!, kind, random))
      if (!isTyped(document)) untyped.push(`${kind}-${name}: ${document.state} ${document.notice?.code ?? ''}`)
    }
  expect(untyped).toEqual([])
  expect((await server.client.doctor({})).checks.filter(({ ok }) => !ok)).toEqual([])
})
