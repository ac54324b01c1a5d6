/** The HTTP interface of a real server: contract, bad input, guard, uploads, streams. */
import { request as rawRequest } from 'node:http'
import { Socket } from 'node:net'
import { ROUTES, type Route, UPLOAD } from '@zhiku/contract/routes.ts'
import * as tus from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDocx, makeDocxBomb, makeEncryptedPdf, makePdf, makeScanPdf, nestedHtml } from './support/fixtures.ts'
import { type TestServer, newDataDir, startTestServer, zhiku } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.end())

const routes = Object.entries(ROUTES) as [string, Route][]
const somePath = (route: Route, id: string): string => route.path.replace(':id', id).replace(':page', '1')
const unknownId = (route: Route): string => {
  const prefix = /\/(collections|documents|revisions|chats|runs|citations|sitemaps|watched-folders)(?:\/|$)/.exec(route.path)?.[1] ?? ''
  const names: Record<string, string> = {
    collections: 'col',
    documents: 'doc',
    revisions: 'rev',
    chats: 'chat',
    runs: 'run',
    citations: 'cit',
    sitemaps: 'map',
    'watched-folders': 'wat',
  }
  return `${names[prefix]}_${'0'.repeat(32)}`
}
const validBodies: Record<string, unknown> = {
  updateCollection: { name: 'x' },
  updateChat: { title: 'x' },
  sendMessage: { text: 'x' },
  readPage: { engine: 'tesseract' },
}
const errorOf = async (response: Response): Promise<string> => ((await response.json()) as { error: { code: string } }).error.code
const call = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${server.url}${path}`, init)

describe('every route', () => {
  it.each(routes.filter(([, route]) => route.body))('%s refuses malformed JSON with 400', async (_name, route) => {
    for (const body of ['{"a":', '', 'null{', '\u0000']) {
      const response = await call(somePath(route, unknownId(route)), {
        method: route.method,
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(response.status).toBe(400)
      expect(await errorOf(response)).toBe('request.malformed_json')
    }
  })

  it.each(routes.filter(([, route]) => route.body))('%s refuses a body of the wrong form with 400', async (_name, route) => {
    for (const body of ['[]', '42', '{"title":5,"name":5,"text":5,"token":5,"question":5,"scope":5}']) {
      const response = await call(somePath(route, unknownId(route)), {
        method: route.method,
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(response.status).toBe(400)
    }
  })

  it.each(routes.filter(([, route]) => route.path.includes(':id')))(
    '%s answers an unknown id with 404, a malformed one with 400',
    async (name, route) => {
      const init = {
        method: route.method,
        ...(route.body ? { body: JSON.stringify(validBodies[name] ?? {}), headers: { 'content-type': 'application/json' } } : {}),
      }
      const unknown = await call(somePath(route, unknownId(route)), init)
      expect(unknown.status).toBe(404)
      for (const id of [
        'x',
        '%00',
        `doc_${'0'.repeat(31)}`,
        encodeURIComponent("doc_'; drop table chunk; --"),
        encodeURIComponent('../../etc/passwd'),
      ]) {
        const response = await call(somePath(route, id), init)
        expect([400, 404]).toContain(response.status)
        await response.body?.cancel()
      }
    },
  )

  it('is in the OpenAPI description, and nothing else is but uploads and bytes', async () => {
    const description = (await (await call('/docs/json')).json()) as { paths: Record<string, Record<string, { operationId?: string }>> }
    const described = Object.values(description.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.operationId),
    )
    expect(described.map(String).toSorted()).toEqual(
      [...routes.map(([name]) => name), 'uploadDocument', 'getFile', 'getPageImage', 'backup'].toSorted(),
    )
  })

  it('unknown addresses and methods are 404 in the reader’s language', async () => {
    const response = await call('/api/nothing', { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } })
    expect(response.status).toBe(404)
    const body = (await response.json()) as { error: { message: string; requestId: string } }
    expect(body.error.message).toContain('没有这个地址')
    expect(body.error.requestId).not.toBe('')
    expect((await call('/api/status', { method: 'DELETE' })).status).toBe(404)
  })
})

describe('who may talk to the server', () => {
  const withHost = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url)
      rawRequest({ hostname, port, path: '/api/status', headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode!)
      })
        .on('error', reject)
        .end()
    })

  it('only names of this machine are accepted as host (DNS rebinding)', async () => {
    expect(await withHost('evil.example')).toBe(403)
    expect(await withHost('127.0.0.1.evil.example')).toBe(403)
    expect(await withHost('localhost:1234')).toBe(200)
  })

  it('pages of other origins are refused', async () => {
    const response = await call('/api/chats', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
    })
    expect(response.status).toBe(403)
    expect(await errorOf(response)).toBe('request.origin_not_allowed')
    const own = await call('/api/chats', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', origin: server.url },
    })
    expect(own.status).toBe(201)
  })

  it('an open interface needs a token: the start is refused with the reason', async () => {
    const dataDir = await newDataDir()
    const { code, stderr } = await zhiku(dataDir, ['serve'], { ZHIKU_HOST: '0.0.0.0' })
    expect(code).toBe(1)
    expect(stderr).toContain('ZHIKU_TOKEN')
  })

  it('with a token every route asks for it, by header or cookie', async () => {
    const token = 'a-token-for-this-test'
    const guarded = await startTestServer({ env: { ZHIKU_TOKEN: token, ZHIKU_HOST: '127.0.0.1' } })
    try {
      const ask = (headers: Record<string, string> = {}): Promise<Response> => fetch(`${guarded.url}/api/status`, { headers })
      expect((await ask()).status).toBe(401)
      expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(401)
      expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200)
      for (const [, route] of routes.filter(([name]) => name !== 'openSession')) {
        const response = await fetch(`${guarded.url}${somePath(route, unknownId(route))}`, { method: route.method })
        expect([route.path, response.status]).toEqual([route.path, 401])
      }
      for (const [method, path] of [
        ['POST', `${UPLOAD.raw}?name=a.txt`],
        ['POST', UPLOAD.tus],
        ['GET', UPLOAD.file(`rev_${'0'.repeat(32)}`)],
        ['GET', '/docs/json'],
      ] as const) {
        expect((await fetch(`${guarded.url}${path}`, { method })).status).toBe(401)
      }
      const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
      expect((await fetch(`${guarded.url}/api/session`, { ...json, body: '{"token":"no"}' })).status).toBe(401)
      const session = await fetch(`${guarded.url}/api/session`, { ...json, body: JSON.stringify({ token }) })
      const cookie = session.headers.get('set-cookie')!
      expect(cookie).toMatch(/HttpOnly/i)
      expect(cookie).toMatch(/SameSite=Strict/i)
      expect(cookie).not.toContain(token)
      expect((await ask({ cookie: cookie.split(';')[0]! })).status).toBe(200)
      expect((await fetch(`${guarded.url}/livez`)).status).toBe(200)
    } finally {
      await guarded.end()
    }
  })

  it('wrong and unknown settings stop the start, all of them named', async () => {
    const { code, stderr } = await zhiku(await newDataDir(), ['serve'], { ZHIKU_PORT: 'high', ZHIKU_PROT: '1', ZHIKU_CHAT_URL: 'ftp://x' })
    expect(code).toBe(1)
    for (const key of ['ZHIKU_PORT', 'ZHIKU_PROT', 'ZHIKU_CHAT_URL']) expect(stderr).toContain(key)
  })
})

describe('files that are not as they should be', () => {
  it.each([
    ['encrypted.pdf', () => makeEncryptedPdf(), 'needs', 'ingest.password_needed'],
    ['truncated.pdf', () => makePdf([[{ text: 'cut', x: 50, y: 50 }]]).slice(0, 300), 'failed', 'ingest.corrupt'],
    ['empty.pdf', () => new Uint8Array(0), 'empty', 'ingest.empty_file'],
    ['bomb.docx', () => makeDocxBomb(100), 'failed', 'ingest.unpacked_limit'],
    ['scan.pdf', () => makeScanPdf(2), 'empty', 'ingest.ocr_no_text'],
    ['sheet.xlsx', () => makeDocx(['not a sheet']), 'ready', null], // what it is, not what it is called
    [
      'sound.wav',
      () => Buffer.from('RIFF\u0024\u0000\u0000\u0000WAVEfmt \u0010\u0000\u0000\u0000\u0001\u0000\u0001\u0000', 'latin1'),
      'needs',
      'ingest.unsupported_media',
    ],
  ] as const)('%s does not stop the next file', async (name, make, state, code) => {
    const document = await server.read(name, make())
    expect({ state: document.state, code: document.notice?.code ?? null }).toEqual({ state, code })
    const next = await server.read(`after-${name}.txt`, `A good file after ${name}.`)
    expect(next.state).toBe('ready')
  })

  it('30,000 nested elements are read or refused, and the server goes on', async () => {
    const document = await server.read('deep.html', nestedHtml(30_000))
    expect(['ready', 'failed']).toContain(document.state)
    if (document.state === 'failed') expect(document.notice?.code).toBe('ingest.nesting_limit')
    expect((await call('/livez')).status).toBe(200)
  })

  it.each(['../../x', 'a\u0000b.txt', `${'n'.repeat(300)}.txt`, '..', 'a/b.txt', 'a\\b.txt'])('the name %j is refused', async (name) => {
    await expect(server.add(name, 'text')).rejects.toMatchObject({ status: 400, code: 'upload.name_invalid' })
  })

  it('an upload over the limit is refused before it is sent, and when its length was a lie', async () => {
    const { hostname, port } = new URL(server.url)
    const declared = await new Promise<number>((resolve, reject) => {
      const request = rawRequest(
        {
          hostname,
          port,
          method: 'POST',
          path: `${UPLOAD.raw}?name=big.pdf`,
          headers: { 'content-type': 'application/octet-stream', 'content-length': 500 * 1024 * 1024 },
        },
        (response) => {
          response.resume()
          resolve(response.statusCode!)
          request.destroy()
        },
      )
      request.on('error', reject)
      request.write('%PDF')
    })
    expect(declared).toBe(413)
  })

  it('a connection that breaks in the middle of an upload leaves nothing', async () => {
    const before = await server.client.status({})
    const { hostname, port } = new URL(server.url)
    const socket = new Socket()
    await new Promise<void>((resolve) => socket.connect(Number(port), hostname, resolve))
    socket.write(
      `POST ${UPLOAD.raw}?name=half.txt HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nonly a part`,
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await server.client.status({})).documents).toEqual(before.documents)
    const report = await server.client.doctor({})
    expect(report.checks.filter((check) => !check.ok)).toEqual([])
  })
})

describe('uploads', () => {
  it('resumable: broken off and taken up again, the file arrives once', async () => {
    const content = Buffer.from('A resumable line about ibexes. '.repeat(20_000))
    const options = {
      endpoint: `${server.url}${UPLOAD.tus}`,
      chunkSize: 100_000,
      retryDelays: null,
      metadata: { filename: '断点续传.txt', path: 'notes/2024' },
    }
    const url = await new Promise<string>((resolve, reject) => {
      const first = new tus.Upload(content, {
        ...options,
        onChunkComplete: (_size, accepted) => {
          if (accepted >= 200_000) void first.abort().then(() => resolve(first.url!))
        },
        onError: reject,
      })
      first.start()
    })
    let documentId: string | undefined
    await new Promise<void>((resolve, reject) => {
      const second = new tus.Upload(content, {
        ...options,
        uploadUrl: url,
        onAfterResponse: (_request, response) => {
          documentId = response.getHeader('Zhiku-Document') ?? documentId
        },
        onSuccess: () => resolve(),
        onError: reject,
      })
      second.start()
    })
    const document = await server.finished(documentId!)
    expect(document).toMatchObject({ name: '断点续传.txt', path: 'notes/2024', state: 'ready' })
    expect(document.revision.sizeBytes).toBe(content.byteLength)
  })

  it('bytes come back as they were, whole and in ranges; HTML only as a download', async () => {
    const page = '<!doctype html><script>alert(1)</script><p>An okapi in a page.</p>'
    const { document } = await server.add('page.html', page)
    await server.finished(document.id)
    const url = UPLOAD.file(document.revision.id)
    const whole = await call(url)
    expect(await whole.text()).toBe(page)
    expect(whole.headers.get('content-type')).toContain('application/octet-stream')
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment/)
    const part = await call(url, { headers: { range: 'bytes=5-9' } })
    expect(part.status).toBe(206)
    expect(await part.text()).toBe(page.slice(5, 10))
    expect(part.headers.get('content-range')).toBe(`bytes 5-9/${page.length}`)
    expect((await call(url, { headers: { range: 'bytes=99999-' } })).status).toBe(416)
  })
})

describe('text that a database cannot keep', () => {
  it.each([
    ['POST', '/api/collections', { name: 'a\u0000b' }],
    ['POST', '/api/collections', { name: 'a\ud800' }],
    ['GET', '/api/documents?q=%00', null],
    ['GET', '/api/search?q=a&collectionName=%00', null],
    ['POST', '/api/ask', { question: 'a', collectionName: '\u0000' }],
  ] as const)('%s %s is refused with 400', async (method, path, body) => {
    const response = await call(path, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    expect(response.status).toBe(400)
  })

  it('in a question is cleaned, and the question is answered', async () => {
    const chat = await server.client.createChat({})
    const { question, answer } = await server.client.sendMessage({ id: chat.id, text: 'odd \u0000 question \ud800' })
    expect(question.text).not.toContain('\u0000')
    for await (const { event } of await server.client.runEvents({ id: answer.run!.id }))
      if (event.kind === 'done') expect(event.run.state).toBe('done')
  })
})

describe('search', () => {
  it('answers odd queries with results or none, never with an error of the server', async () => {
    await server.read('yak.md', '# Yaks\n\nA yak weighs 580 kg. 牦牛生活在高原。')
    for (const q of [
      '',
      ' ',
      '？！。',
      '😀',
      "'; drop table chunk; --",
      '\u0000',
      'a'.repeat(9000),
      '\ud800',
      '%',
      '\\',
      'yak & | ! ( ) : *',
      '牦牛',
    ]) {
      const response = await call(`/api/search?q=${encodeURIComponent(q.toWellFormed())}`)
      expect([q.slice(0, 20), response.status]).toEqual([q.slice(0, 20), 200])
    }
    expect((await server.client.search({ q: '牦牛' })).results[0]?.document.name).toBe('yak.md')
    expect((await call(`/api/search?q=${'a'.repeat(11_000)}`)).status).toBe(400)
    expect((await call('/api/search?q=yak&k=0')).status).toBe(400)
    expect((await call('/api/search?q=yak&collectionName=none')).status).toBe(404)
  })
})

describe('events of the library', () => {
  it('tell of changes, and are replayed from a number on', async () => {
    const stop = new AbortController()
    const events = await server.client.libraryEvents({}, { signal: stop.signal })
    const seen: { id: number; documentId: string }[] = []
    const reading = (async () => {
      for await (const { id, event } of events) {
        seen.push({ id, documentId: event.documentId })
        if (seen.length >= 2) break
      }
    })()
    const document = await server.read('event.txt', 'An event about emus.')
    await reading
    expect(seen.every((event) => event.documentId === document.id)).toBe(true)
    const again = await server.client.libraryEvents({}, { lastEventId: seen[0]!.id - 1 })
    for await (const { id } of again) {
      expect(id).toBe(seen[0]!.id)
      break
    }
    stop.abort()
  })
})
