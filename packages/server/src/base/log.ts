import pino from 'pino'

/**
 * One JSON line per event on standard error (standard output belongs to the command line's answers).
 * Event names are dotted (`ingest.document.done`); document text, prompts and keys are never logged.
 */
export type Log = pino.Logger

export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['req.headers.authorization', 'req.headers.cookie', 'key', 'token'],
    },
    pino.destination({ dest: 2, sync: true }),
  )
}

export const silentLog: Log = pino({ level: 'silent' })
