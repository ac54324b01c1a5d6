import { type ErrorCode, type ErrorParams, ERRORS, errorMessage } from '@zhiku/contract/errors.ts'

/** An operating error: a row of the error table with its params. Programmer errors are plain `Error`s. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly params: ErrorParams
  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(errorMessage(code, params, 'en'), options)
    this.name = 'AppError'
    this.code = code
    this.params = params
  }
  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }
}

/** `throw fail('document.not_found')`; `cause` keeps what led to it. */
export const fail = (code: ErrorCode, params: ErrorParams = {}, cause?: unknown): AppError =>
  new AppError(code, params, cause === undefined ? {} : { cause })

export const isAppError = (error: unknown, code?: ErrorCode): error is AppError =>
  error instanceof AppError && (code === undefined || error.code === code)
