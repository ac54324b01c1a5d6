import { afterEach, expect, test, vi } from 'vitest'
import { sessionFetch, tokenAccepted, tokenNeeded } from './session.ts'

afterEach(() => vi.unstubAllGlobals())

test('a request without the token waits for it and is then sent again', async () => {
  let allowed = false
  const fetched = vi.fn(() => Promise.resolve(new Response(allowed ? 'in' : '', { status: allowed ? 200 : 401 })))
  vi.stubGlobal('fetch', fetched)
  const answers = [sessionFetch('/api/status'), sessionFetch('/api/chats')]
  await vi.waitFor(() => expect(tokenNeeded.value).toBe(true))
  expect(fetched).toHaveBeenCalledTimes(2)
  allowed = true
  tokenAccepted()
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200])
  expect(tokenNeeded.value).toBe(false)
})

test('a waiting request can be given up', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 401 })))
  const stop = new AbortController()
  const answer = sessionFetch('/api/status', { signal: stop.signal }).catch((error: unknown) => error)
  await vi.waitFor(() => expect(tokenNeeded.value).toBe(true))
  stop.abort(new Error('left'))
  expect(await answer).toMatchObject({ message: 'left' })
})
