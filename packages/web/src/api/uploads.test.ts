import { ApiError } from '@zhiku/contract/client.ts'
import { describe, expect, test } from 'vitest'
import { PARALLEL_UPLOADS, type Sent, type Upload, UploadQueue, uploadError } from './uploads.ts'

/** A sender whose uploads end when the test says so. */
function scripted() {
  const open: { upload: Upload; end: (result: Sent) => void; break: (error: unknown) => void; signal: AbortSignal }[] = []
  const queue = new UploadQueue((upload, on, signal) => {
    on.progress(1)
    const { promise, resolve, reject } = Promise.withResolvers<Sent>()
    open.push({ upload, end: resolve, break: reject, signal })
    return promise
  })
  return { queue, open }
}
const file = (name: string) => ({ file: new File(['abc'], name), path: '' })
const files = (n: number) => Array.from({ length: n }, (_, i) => file(`${i}.txt`))
const states = (queue: UploadQueue) => queue.items.value.map(({ state }) => state)
const settle = () => new Promise((resolve) => setTimeout(resolve))

describe('the upload queue', () => {
  test('sends at most three at once, in order, and goes on when one ends', async () => {
    const { queue, open } = scripted()
    queue.add(files(5), null)
    expect(open.map(({ upload }) => upload.file.name)).toEqual(['0.txt', '1.txt', '2.txt'])
    expect(states(queue)).toEqual(['sending', 'sending', 'sending', 'waiting', 'waiting'])
    open[1]!.end({ documentId: 'doc_1', known: false })
    await settle()
    expect(states(queue)).toEqual(['sending', 'done', 'sending', 'sending', 'waiting'])
    expect(open).toHaveLength(PARALLEL_UPLOADS + 1)
    expect(queue.items.value[1]).toMatchObject({ documentId: 'doc_1', sentBytes: 3 })
  })

  test('a failure keeps its reason, does not hold up the others, and can be tried again', async () => {
    const { queue, open } = scripted()
    const [first] = queue.add(files(4), null)
    open[0]!.break(new ApiError('upload.too_large', 413, {}, '', ''))
    await settle()
    expect(first).toMatchObject({ state: 'failed', error: { code: 'upload.too_large' } })
    expect(open).toHaveLength(4)
    for (const { end } of open.slice(1)) end({ documentId: null, known: true })
    await settle()
    queue.retry(first!)
    expect(first!.state).toBe('sending')
    open.at(-1)!.end({ documentId: 'doc_2', known: true })
    await settle()
    expect(first).toMatchObject({ state: 'done', known: true, error: null })
  })

  test('an upload taken out of the list is stopped and makes room', async () => {
    const { queue, open } = scripted()
    const [first] = queue.add(files(4), null)
    open[0]!.signal.addEventListener('abort', () => open[0]!.break(new ApiError('aborted', 0, {}, '', '')))
    queue.remove(first!)
    await settle()
    expect(queue.items.value.map(({ file: { name } }) => name)).toEqual(['1.txt', '2.txt', '3.txt'])
    expect(states(queue)).toEqual(['sending', 'sending', 'sending'])
  })
})

test('the error of a failed request is the one of the server', () => {
  const body = JSON.stringify({ error: { code: 'upload.too_large', message: 'm', params: { name: 'a', limit: '4 MB' }, requestId: 'r' } })
  expect(uploadError(413, body)).toMatchObject({ code: 'upload.too_large', status: 413, params: { name: 'a' } })
  expect(uploadError(0, '')).toMatchObject({ code: 'network' })
  expect(uploadError(502, '<html>')).toMatchObject({ code: 'http', status: 502 })
})
