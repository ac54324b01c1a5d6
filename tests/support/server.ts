/** A real server process on a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Client, createClient, toApiError } from '@zhiku/contract/client.ts'
import type { Document } from '@zhiku/contract/entities.ts'
import { UPLOAD, type UploadResult, uploadResultSchema } from '@zhiku/contract/routes.ts'
import { isFinal } from '@zhiku/contract/states.ts'
import { ROOT } from './imports.ts'

export const ZHIKU = path.join(ROOT, 'packages/server/bin/zhiku.mjs')

/** Environment of a child: ours without any ZHIKU_ key, no look at local ports, plus what the test wants. */
export function environment(dataDir: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('ZHIKU_')))
  return { ...own, LANG: 'en_US.UTF-8', LC_ALL: '', ZHIKU_DATA: dataDir, ZHIKU_PORT: '0', ZHIKU_DISCOVER: '0', ZHIKU_LOG: 'warn', ...more }
}

export interface TestServer {
  url: string
  dataDir: string
  process: ChildProcess
  client: Client
  /** what the process wrote to standard error */
  log(): string
  add(name: string, content: string | Uint8Array, more?: { path?: string; collectionName?: string }): Promise<UploadResult>
  /** adds and waits for the right end */
  read(name: string, content: string | Uint8Array): Promise<Document>
  finished(documentId: string, pollMs?: number): Promise<Document>
  /** SIGTERM; resolves with the exit code */
  stop(): Promise<number | null>
  /** SIGKILL */
  kill(): Promise<void>
  /** stops and removes the data folder */
  end(): Promise<void>
}

export const newDataDir = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'zhiku-test-'))

export async function startTestServer(
  options: { dataDir?: string; env?: NodeJS.ProcessEnv; nodeArgs?: readonly string[] } = {},
): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await newDataDir())
  await rm(path.join(dataDir, 'server.json'), { force: true })
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), ZHIKU, 'serve'], {
    env: environment(dataDir, options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (part: Buffer) => (log += part.toString()))
  child.stdout.on('data', (part: Buffer) => (log += part.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))

  let url = ''
  while (url === '') {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server did not start:\n${log}`)
    url = await readFile(path.join(dataDir, 'server.json'), 'utf8').then(
      (text) => (JSON.parse(text) as { url: string }).url,
      () => '',
    )
    if (url === '') await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const token = options.env?.['ZHIKU_TOKEN']
  const request: typeof fetch = (input, init = {}) => {
    const headers = new Headers(init.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    return fetch(input, { ...init, headers })
  }
  const client = createClient(url, request)

  const server: TestServer = {
    url,
    dataDir,
    process: child,
    client,
    log: () => log,
    async add(name, content, more = {}) {
      const query = new URLSearchParams({ name, ...more })
      const response = await request(`${url}${UPLOAD.raw}?${query}`, {
        method: 'POST',
        body: Buffer.from(content),
        headers: { 'content-type': 'application/octet-stream' },
      })
      if (!response.ok) throw await toApiError(response)
      return uploadResultSchema.parse(await response.json())
    },
    async finished(documentId, pollMs = 30) {
      for (;;) {
        const { document } = await client.getDocument({ id: documentId })
        if (isFinal(document.state)) return document
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
    },
    async read(name, content) {
      return await server.finished((await server.add(name, content)).document.id)
    },
    async stop() {
      child.kill('SIGTERM')
      return await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) await server.stop()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  return server
}

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the `zhiku` command as a person would. */
export async function zhiku(dataDir: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [ZHIKU, ...args], { env: environment(dataDir, env), stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', (value) => resolve(value)))
  return { code, stdout, stderr }
}
