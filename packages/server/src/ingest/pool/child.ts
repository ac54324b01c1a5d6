/** Entry point of a child: does one task at a time as told by the server, then waits for the next. */
import './no-network.ts'
import { isAppError } from '../../base/fail.ts'
import { sendInner } from './inner.ts'
import type { Ack, FromChild, Task, TaskResult, ToChild } from './protocol.ts'
import { rssMiB } from './used.ts'

/** Signs of life are cheap but not free; the server looks a few times a second. */
const PROGRESS_MS = 500

let acknowledge: ((ack: Ack) => void) | null = null
let progressMs = 0

const send = (message: FromChild): void => {
  process.send!(message)
}

const sendAndWait = (message: FromChild): Promise<Ack> =>
  new Promise<Ack>((resolve) => {
    acknowledge = resolve
    send(message)
  })

function progress(): void {
  const now = performance.now()
  if (now - progressMs < PROGRESS_MS) return
  progressMs = now
  send({ type: 'progress', rssMiB: rssMiB() })
}

/** Code of a task is loaded when it first comes: a child that only reads never loads what sees. */
async function perform(task: Task): Promise<TaskResult> {
  switch (task.type) {
    case 'read': {
      const { readFile } = await import('./read-file.ts')
      return await readFile(task.request, {
        opened: async (info) => void (await sendAndWait({ type: 'opened', ...info })),
        pages: async (batch) => void (await sendAndWait({ type: 'pages', batch })),
        inner: (file) => sendInner(file, sendAndWait),
        progress,
      })
    }
    case 'recognise': {
      const { recognise } = await import('../ocr/recognise.ts')
      return await recognise(task.request, { drawn: async (pictureHash) => (await sendAndWait({ type: 'drawn', pictureHash })).goOn })
    }
    case 'draw': {
      const { draw } = await import('../ocr/draw.ts')
      return await draw(task.request)
    }
  }
}

/** After these the child's state is not to be trusted. */
const FATAL = new Set(['ingest.ocr_failed'])

async function run(task: Task): Promise<void> {
  try {
    send({ type: 'done', result: await perform(task) })
  } catch (error) {
    if (isAppError(error)) send({ type: 'failed', code: error.code, params: error.params, fatal: FATAL.has(error.code) })
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
  if (message.type !== 'ack') {
    void run(message)
    return
  }
  const go = acknowledge
  acknowledge = null
  go?.(message)
})
// Without its server a child has nothing to live for.
process.on('disconnect', () => process.exit(0))
