/** Real servers on loopback; names are resolved by the test. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppError, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import { createSafeFetch, type Fetched, type FetchOptions, type Resolve, type SafeFetch, USER_AGENT } from './safe-fetch.ts'

let server: Server
let origin: string
let asked: IncomingMessage[] = []
const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/plain': (_request, response) => response.setHeader('content-type', 'Text/HTML; charset=UTF-8').end('<p>hello</p>'),
  '/named': (_request, response) =>
    response.setHeader('content-disposition', `attachment; filename="x.txt"; filename*=UTF-8''${encodeURIComponent('报告.pdf')}`).end('x'),
  '/missing': (_request, response) => response.writeHead(404).end('no'),
  '/moved': (_request, response) => response.writeHead(302, { location: '/plain#part' }).end(),
  '/loop': (_request, response) => response.writeHead(301, { location: '/loop' }).end(),
  '/to-file': (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/to-user': (_request, response) => response.writeHead(302, { location: 'http://user:secret@example.com/' }).end(),
  '/to-loopback': (_request, response) => response.writeHead(302, { location: `${origin}/plain` }).end(),
  '/to-metadata': (_request, response) => response.writeHead(307, { location: 'http://169.254.169.254/latest/' }).end(),
  '/gzip': (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('squeezed')),
  '/bomb': (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(50 * 1024 * 1024))),
  '/broken-gzip': (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(5000)).subarray(0, 20)),
  '/zstd': (_request, response) => response.setHeader('content-encoding', 'zstd').end('?'),
  '/large': (_request, response) => {
    const part = Buffer.alloc(64 * 1024, 'a')
    const more = (): void => {
      while (!response.destroyed) if (!response.write(part)) return void response.once('drain', more)
    }
    more()
  },
  '/slow-body': (_request, response) => {
    const timer = setInterval(() => response.write('.'), 50)
    response.on('close', () => clearInterval(timer))
  },
  '/silent': () => undefined,
  '/cut': (request, response) => {
    response.setHeader('content-length', '1000')
    response.write('half')
    setTimeout(() => request.socket.destroy(), 20)
  },
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request)
    const page = pages[request.url!.split('?')[0]!]
    if (page) page(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const open = createSafeFetch({ allowPrivate: true })
const closed = createSafeFetch({ allowPrivate: false })
const port = (): string => new URL(origin).port

async function text(fetched: Fetched): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of fetched.body) parts.push(part)
  return Buffer.concat(parts).toString()
}
const read = (path: string, options: FetchOptions = {}, from: SafeFetch = open): Promise<string> =>
  from.fetch(path.startsWith('http') ? path : origin + path, options, text)

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    (value) => `no error: ${String(value).slice(0, 50)}`,
    (cause: unknown) => cause,
  )
  return isAppError(error) ? error.code : error
}

describe('a page', () => {
  it('arrives with its kind, without cookies or credentials, under our own name', async () => {
    asked = []
    const found = await open.fetch(`${origin}/plain#top`, {}, async (fetched) => ({ ...fetched, text: await text(fetched) }))
    expect(found).toMatchObject({ url: `${origin}/plain`, mediaType: 'text/html', fileName: null, text: '<p>hello</p>' })
    expect(asked[0]!.headers['user-agent']).toBe(USER_AGENT)
    expect(asked[0]!.headers).not.toHaveProperty('cookie')
    expect(asked[0]!.headers).not.toHaveProperty('authorization')
    expect(asked[0]!.headers).not.toHaveProperty('referer')
  })

  it('is followed over redirects and decompressed', async () => {
    expect(await open.fetch(`${origin}/moved`, {}, async ({ url }) => url)).toBe(`${origin}/plain`)
    expect(await read('/gzip')).toBe('squeezed')
    expect(await open.fetch(`${origin}/named`, {}, async ({ fileName }) => fileName)).toBe('报告.pdf')
  })

  it('that is not there, loops or breaks off is a typed error', async () => {
    expect(await codeOf(read('/missing'))).toBe('fetch.status')
    expect(await codeOf(read('/loop'))).toBe('fetch.redirects')
    expect(await codeOf(read('/cut'))).toBe('fetch.unreachable')
    expect(await codeOf(read('/broken-gzip'))).toBe('fetch.unreachable')
    expect(await codeOf(read('/zstd'))).toBe('fetch.encoding')
    expect(await codeOf(read('http://127.0.0.1:1/'))).toBe('fetch.unreachable')
    asked = []
    await codeOf(read('/loop'))
    expect(asked.length).toBe(LIMITS.fetchRedirects + 1)
  })

  it('gives errors of its reader back as they are', async () => {
    await expect(open.fetch(`${origin}/plain`, {}, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  })
})

describe('what must not be reached', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://x/',
    'javascript:1',
    'http://user@example.com/',
    'http://',
    'nonsense',
    '',
  ])('address %j', async (url) => {
    expect(await codeOf(open.fetch(url, {}, text))).toBe('fetch.url_invalid')
  })

  it('is this machine, in any spelling', async () => {
    asked = []
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '0',
      'localhost',
    ])
      expect([host, await codeOf(read(`http://${host}:${port()}/plain`, {}, closed))]).toEqual([host, 'fetch.address_refused'])
    expect(asked).toEqual([])
  })

  it('is a private address behind a public name', async () => {
    const resolve: Resolve = async () => ['93.184.216.34', '10.0.0.5']
    expect(await codeOf(createSafeFetch({ allowPrivate: false, resolve }).fetch('http://example.com/', {}, text))).toBe(
      'fetch.address_refused',
    )
  })

  it('is what a name is rebound to after the check: the name is asked once and the address used', async () => {
    asked = []
    let times = 0
    const resolve: Resolve = async () => {
      times += 1
      // First the server of this test, then, as a rebinding name would, somewhere else.
      return [times === 1 ? '127.0.0.1' : '127.0.0.9']
    }
    const fetcher = createSafeFetch({ allowPrivate: true, resolve })
    expect(await fetcher.fetch(`http://rebound.example:${port()}/plain`, {}, text)).toBe('<p>hello</p>')
    expect(times).toBe(1)
    expect(asked[0]!.headers.host).toBe(`rebound.example:${port()}`)
    expect(asked[0]!.socket.localAddress).toBe('127.0.0.1')
  })

  it('is reached by no redirect either', async () => {
    // Private addresses are open here, so that the first hop reaches the test's server; link-local never is.
    const resolve: Resolve = async (hostname) => [hostname === 'outside.example' ? '127.0.0.1' : '10.0.0.1']
    const halfOpen: SafeFetch = createSafeFetch({ allowPrivate: true, resolve })
    expect(await halfOpen.fetch(`http://outside.example:${port()}/to-loopback`, {}, text)).toBe('<p>hello</p>')
    expect(await codeOf(halfOpen.fetch(`http://outside.example:${port()}/to-metadata`, {}, text))).toBe('fetch.address_refused')
    expect(await codeOf(halfOpen.fetch(`http://outside.example:${port()}/to-file`, {}, text))).toBe('fetch.url_invalid')
    expect(await codeOf(halfOpen.fetch(`http://outside.example:${port()}/to-user`, {}, text))).toBe('fetch.url_invalid')
  })
})

describe('bounds', () => {
  it('of size hold for what comes and for what it unpacks to', async () => {
    expect(await codeOf(read('/large', { limitBytes: 1024 * 1024 }))).toBe('fetch.too_large')
    expect(await codeOf(read('/bomb', { limitBytes: 10 * 1024 * 1024 }))).toBe('fetch.too_large')
    // The ratio ends it before the size does.
    const error = (await read('/bomb').catch((cause: unknown) => cause)) as AppError
    expect(error.params.limit).toBe(`${LIMITS.unpackedRatio} : 1`)
  })

  it('of time hold for servers that say nothing or dribble', async () => {
    expect(await codeOf(read('/silent', { seconds: 0.3 }))).toBe('fetch.time_limit')
    expect(await codeOf(read('/slow-body', { seconds: 0.3 }))).toBe('fetch.time_limit')
    const never: Resolve = () => new Promise(() => undefined)
    const stuck = createSafeFetch({ allowPrivate: false, resolve: never })
    expect(await codeOf(stuck.fetch('http://example.com/', { seconds: 0.3 }, text))).toBe('fetch.time_limit')
  })

  it('can be cut short by the caller', async () => {
    const stop = new AbortController()
    const reading = read('/slow-body', { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 100)
    await expect(reading).rejects.toThrow('enough')
  })
})
