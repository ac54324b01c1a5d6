import pino from 'pino'

/**
 * One JSON line per event on standard error (standard output belongs to the command line's answers).
 * Event names are dotted (`ingest.document.done`); document text, prompts and keys are never logged.
 */
export type Log = pino.Logger

/** What may be logged of an error. Database errors carry pieces of documents in their detail; those stay out. */
function describeError(error: Error & { code?: unknown; cause?: unknown }): object {
  return {
    type: error.name,
    message: error.message,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
    stack: error.stack,
  }
}

export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      redact: ['apiKey', 'token', 'headers.authorization', 'headers.cookie'],
    },
    pino.destination({ dest: 2, sync: true }),
  )
}

export const silentLog: Log = pino({ level: 'silent' })
