/** Sends one file by the tus protocol: resumes after a lost connection and after a reload of the page. */
import { ApiError } from '@zhiku/contract/client.ts'
import type { DocumentId } from '@zhiku/contract/ids.ts'
import { UPLOAD } from '@zhiku/contract/routes.ts'
import type { DetailedError } from 'tus-js-client'
import { type Send, type Sent, UploadQueue, uploadError } from './uploads.ts'
import { tokenNeeded } from './session.ts'

const RETRY_DELAYS_MS = [500, 1000, 3000, 5000, 10_000]

const sendByTus: Send = async ({ file, path, collection }, on, signal) => {
  const { Upload } = await import('tus-js-client')
  const { promise, resolve, reject } = Promise.withResolvers<Sent>()
  const tus = new Upload(file, {
    endpoint: UPLOAD.tus,
    retryDelays: RETRY_DELAYS_MS,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, path, ...(collection ? { collection } : {}) },
    // A half-sent upload is only resumed for the same file bound for the same place.
    fingerprint: () => Promise.resolve(['zhiku', file.name, file.size, file.lastModified, path, collection ?? ''].join('\n')),
    onProgress: (sentBytes) => on.progress(sentBytes),
    onSuccess: ({ lastResponse }) =>
      resolve({
        documentId: (lastResponse.getHeader('Zhiku-Document') ?? null) as DocumentId | null,
        known: lastResponse.getHeader('Zhiku-Known') === '1',
      }),
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0
      return status === 0 || status >= 500 || status === 409 || status === 423
    },
    onError: (error) => {
      const response = (error as DetailedError).originalResponse ?? null
      const failure = uploadError(response?.getStatus() ?? 0, response?.getBody() ?? '')
      if (failure.status === 401) tokenNeeded.value = true
      reject(failure)
    },
  })
  signal.addEventListener('abort', () => {
    // The server forgets the part it has; if it cannot be told, its own clean-up does.
    tus.abort(true).catch(() => undefined)
    reject(new ApiError('aborted', 0, {}, '', 'aborted'))
  })
  const [previous] = await tus.findPreviousUploads()
  if (previous) tus.resumeFromPreviousUpload(previous)
  if (!signal.aborted) tus.start()
  return promise
}

/** The queue of the app. */
export const uploads = new UploadQueue(sendByTus)
