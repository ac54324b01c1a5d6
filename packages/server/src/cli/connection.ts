/**
 * How the command line reaches a library: through the server that runs on the data folder, or, when none does, by
 * starting one for itself on a free loopback port for as long as the command takes.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Client, createClient } from '@zhiku/contract/client.ts'
import type { Config } from '../base/config.ts'
import { isAppError } from '../base/fail.ts'
import { SERVER_FILE, startServer } from '../main.ts'

export interface Connection {
  client: Client
  url: string
  fetch: typeof fetch
  close(): Promise<void>
}

/** The server that says it runs on this data folder, if it answers. */
async function findServer(config: Config): Promise<string | null> {
  try {
    const { url } = JSON.parse(await readFile(path.join(config.dataDir, SERVER_FILE), 'utf8')) as { url: string }
    const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(2000) })
    return response.ok ? url : null
  } catch {
    return null
  }
}

function connectionTo(url: string, config: Config, close: () => Promise<void>): Connection {
  const withToken: typeof fetch = (input, init = {}) => {
    const headers = new Headers(init.headers)
    if (config.token !== null) headers.set('authorization', `Bearer ${config.token}`)
    return fetch(input, { ...init, headers })
  }
  return { client: createClient(url, withToken), url, fetch: withToken, close }
}

const START_ATTEMPTS = 20

/** @throws data.locked when another process holds the folder and no server answers for it */
export async function connect(config: Config): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    const url = await findServer(config)
    if (url !== null) return connectionTo(url, config, async () => undefined)
    try {
      const server = await startServer({
        ...config,
        host: '127.0.0.1',
        port: 0,
        logLevel: config.logLevel === 'info' ? 'error' : config.logLevel,
      })
      return connectionTo(server.url, config, () => server.close())
    } catch (error) {
      // The holder may be a server that is just starting or another command that is about to end.
      if (!isAppError(error, 'data.locked') || attempt >= START_ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
