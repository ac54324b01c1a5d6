/** Entry point of a reader child: reads one file at a time as told by the server, then waits for the next. */
import './no-network.ts'
import { isAppError } from '../../base/fail.ts'
import type { FromChild, ReadRequest, ToChild } from './protocol.ts'
import { readFile, rssMiB } from './read-file.ts'

/** Signs of life are cheap but not free; the server looks a few times a second. */
const PROGRESS_MS = 500

let acknowledge: (() => void) | null = null
let progressMs = 0

const send = (message: FromChild): void => {
  process.send!(message)
}

const sendAndWait = (message: FromChild): Promise<void> =>
  new Promise((resolve) => {
    acknowledge = resolve
    send(message)
  })

function progress(): void {
  const now = performance.now()
  if (now - progressMs < PROGRESS_MS) return
  progressMs = now
  send({ type: 'progress', rssMiB: rssMiB() })
}

async function run(request: ReadRequest): Promise<void> {
  try {
    const result = await readFile(request, {
      opened: (info) => sendAndWait({ type: 'opened', ...info }),
      pages: (batch) => sendAndWait({ type: 'pages', batch }),
      progress,
    })
    send({ type: 'done', result })
  } catch (error) {
    if (isAppError(error)) send({ type: 'failed', code: error.code, params: error.params, fatal: false })
    // Anything else may have left a library in a broken state: the server replaces this process.
    else send({ type: 'failed', code: 'ingest.reader_crashed', params: { detail: describe(error) }, fatal: true })
  }
}

/** Name of an error and where it arose; never its message, for parsers quote their input in it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return [error.name, /[\w.-]+:\d+:\d+(?=\)?$)/m.exec(error.stack ?? '')?.[0]].filter(Boolean).join(' ')
}

process.on('message', (message: ToChild) => {
  if (message.type === 'read') void run(message.request)
  else {
    const go = acknowledge
    acknowledge = null
    go?.()
  }
})
// Without its server a reader has nothing to live for.
process.on('disconnect', () => process.exit(0))
