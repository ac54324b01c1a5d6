import { DatabaseError } from 'pg'
import { fail, isAppError } from '../base/fail.ts'
import type { Db } from './db.ts'

/** SQLSTATEs (PostgreSQL appendix A) that mean the same to every caller. */
const DISK_FULL = '53100'
const QUERY_CANCELED = '57014'
const IO_ERROR = '58030'
/** Embedded only: how pglite/space.ts refuses writes. */
const READ_ONLY = '25006'
const DAMAGED = new Set(['XX001', 'XX002'])

/**
 * Turns errors of engine, connection and disk into rows of the error table; `cause` keeps the original.
 * Errors of SQL itself (constraints, syntax) stay the library's `DatabaseError`, programmer errors stay what they are.
 */
export function translate(error: unknown, limitMs: number, engine: Db['engine']): unknown {
  if (isAppError(error)) return error
  if (!(error instanceof DatabaseError)) return isConnectionError(error) ? unavailable(error) : error
  const code = error.code ?? ''
  if (code === DISK_FULL || (code === READ_ONLY && engine === 'pglite')) return fail('db.disk_full', {}, error)
  if (code === QUERY_CANCELED) return fail('db.query_limit', { limitMs }, error)
  if (DAMAGED.has(code)) return fail('db.damaged', {}, error)
  // Class 08: connection; 57P01 to 57P05: the server shuts down or starts.
  if (code === IO_ERROR || code.startsWith('08') || code.startsWith('57P')) return unavailable(error)
  return error
}

/** What the `pg` client and our engine stream say when the connection is gone; system errors of a socket carry `syscall`. */
const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && ('syscall' in error || /^(Connection terminated|Client (was|has)|the database engine)/.test(error.message))

/** The engine cannot be reached or died. One that died of a full disk says so in its last words. */
export function unavailable(error: unknown): unknown {
  if (isAppError(error)) return error
  return fail(isDiskFull(String(error)) ? 'db.disk_full' : 'db.unavailable', {}, error)
}

/** Whether the last words of an engine speak of a full disk. */
export const isDiskFull = (words: string): boolean => /No space left|ENOSPC/.test(words)
