import { fork } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { childArguments, childEnvironment } from './permissions.ts'

const here = import.meta.dirname
let folder: string
let visits = 0
const server = createServer((_, response) => {
  visits++
  response.end('reached')
})

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zhiku-no-network-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

/** Tries each way out, in a process with a reader's rights; says which threw. */
const ATTEMPTS = `
  const port = Number(process.argv[2])
  const tries = {
    fetch: () => fetch('http://127.0.0.1:' + port),
    http: async () => (await import('node:http')).get({ port }),
    request: async () => { const { request } = await import('node:http'); request({ port }).end() },
    https: async () => (await import('node:https')).get({ port }),
    http2: async () => (await import('node:http2')).connect('http://127.0.0.1:' + port),
    net: async () => (await import('node:net')).connect(port, '127.0.0.1'),
    socket: async () => { const { Socket } = await import('node:net'); new Socket().connect(port, '127.0.0.1') },
    tls: async () => (await import('node:tls')).connect(port),
    dgram: async () => (await import('node:dgram')).createSocket('udp4'),
    dns: async () => (await import('node:dns')).lookup('example.org', () => {}),
    dnsPromises: async () => (await import('node:dns/promises')).resolve4('example.org'),
    listen: async () => { const { Server } = await import('node:net'); new Server().listen(0) },
    websocket: async () => new WebSocket('ws://127.0.0.1:' + port),
    write: async () => (await import('node:fs')).writeFileSync(process.argv[3] + '/written', 'x'),
    readElsewhere: async () => (await import('node:fs')).readFileSync('/etc/hostname'),
    process: async () => (await import('node:child_process')).spawnSync('true'),
    thread: async () => { const { Worker } = await import('node:worker_threads'); new Worker('1', { eval: true }) },
    evaluate: async () => new Function('return 1')(),
  }
  const passed = []
  for (const [name, attempt] of Object.entries(tries)) {
    try { await attempt(); passed.push(name) } catch {}
  }
  process.send({ passed, environment: Object.keys(process.env).filter((key) => key !== 'NODE_CHANNEL_FD' && key !== 'NODE_CHANNEL_SERIALIZATION_MODE') })
`

async function attempt(rights: 'read' | 'see' | null): Promise<{ passed: string[]; environment: string[] }> {
  const guarded = rights !== null
  const script = path.join(folder, guarded ? 'guarded.mjs' : 'open.mjs')
  await writeFile(script, `${guarded ? `import ${JSON.stringify(pathToFileURL(path.join(here, 'no-network.ts')).href)}\n` : ''}${ATTEMPTS}`)
  const child = fork(script, [String((server.address() as AddressInfo).port), folder], {
    ...(guarded ? { execArgv: childArguments([folder], 256, rights), env: childEnvironment() } : { execArgv: ['--no-warnings'] }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    return await new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as { passed: string[]; environment: string[] }))
      child.once('exit', () => reject(new Error('the child said nothing')))
    })
  } finally {
    child.kill('SIGKILL')
  }
}

it.each(['read', 'see'] as const)(
  'a child with the rights to “%s” has no network, no files but its own, no processes, no threads, no environment',
  async (rights) => {
    const { passed, environment } = await attempt(rights)
    expect(passed).toEqual([])
    expect(environment).toEqual([])
    expect(visits).toBe(0)
  },
)

it('the same attempts work in a process without those bounds', async () => {
  const { passed } = await attempt(null)
  expect(passed).toEqual(
    expect.arrayContaining([
      'fetch',
      'http',
      'request',
      'net',
      'socket',
      'dgram',
      'write',
      'readElsewhere',
      'process',
      'thread',
      'evaluate',
    ]),
  )
  await expect.poll(() => visits).toBeGreaterThan(0)
})

it('the bounds come before any other code of a reader', async () => {
  const source = await readFile(path.join(here, 'child.ts'), 'utf8')
  expect(/import[^\n]*/.exec(source)![0]).toBe("import './no-network.ts'")
})
