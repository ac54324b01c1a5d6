/** The server process: settings, application, HTTP; stops in reverse order. */
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import closeWithGrace from 'close-with-grace'
import { type App, createApp } from './app.ts'
import { type Config } from './base/config.ts'
import { createLog } from './base/log.ts'
import { VERSION } from './base/version.ts'
import { createHttpServer } from './http/server.ts'

/** Where a running server can be found; read by the command line. */
export const SERVER_FILE = 'server.json'

export interface RunningServer {
  url: string
  app: App
  close(): Promise<void>
}

/** Builds everything and listens. @throws data.*, and the system's error when the port is taken */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = createLog(config.logLevel)
  const app = await createApp(config, log)
  try {
    const http = await createHttpServer(app)
    await http.listen({ host: config.host, port: config.port })
    const address = http.server.address()
    const port = typeof address === 'object' && address ? address.port : config.port
    const shown = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
    const url = `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`
    const serverFile = path.join(config.dataDir, SERVER_FILE)
    // Renamed into place, so that nobody reads half of it.
    await writeFile(`${serverFile}.new`, JSON.stringify({ pid: process.pid, url, version: VERSION }))
    await rename(`${serverFile}.new`, serverFile)
    log.info({ event: 'server.started', url, version: VERSION, engine: app.db.engine, dataDir: config.dataDir }, 'server started')
    return {
      url,
      app,
      async close() {
        await rm(serverFile, { force: true })
        await http.close()
        await app.close()
        log.info({ event: 'server.stopped' }, 'server stopped')
      },
    }
  } catch (error) {
    await app.close()
    throw error
  }
}

/** Runs until a signal; resolves when the server listens. */
export async function serve(config: Config): Promise<RunningServer> {
  const server = await startServer(config)
  closeWithGrace({ delay: 15_000 }, async ({ err }) => {
    if (err) server.app.log.error({ event: 'server.crashed', err }, 'unexpected error; stopping')
    await server.close()
  })
  return server
}
