/**
 * The upload queue: files wait, at most three are sent at once, each resumable. Lives as long as the page, whichever
 * view is open.
 */
import { errorBodySchema } from '@zhiku/contract/routes.ts'
import { ApiError } from '@zhiku/contract/client.ts'
import type { CollectionId, DocumentId } from '@zhiku/contract/ids.ts'
import { shallowReactive, shallowRef, triggerRef } from 'vue'
import type { PickedFile } from './entries.ts'

export const PARALLEL_UPLOADS = 3

export type UploadState = 'waiting' | 'sending' | 'done' | 'failed'

export interface Upload {
  readonly key: number
  readonly file: File
  readonly path: string
  readonly collection: CollectionId | null
  state: UploadState
  sentBytes: number
  error: ApiError | null
  /** known once done */
  documentId: DocumentId | null
  /** the same bytes were already there */
  known: boolean
}

/** Nothing more happens to this upload by itself. */
export const isPassedOn = (upload: Upload): boolean => upload.state === 'done' || upload.state === 'failed'

export interface Sent {
  documentId: DocumentId | null
  /** the same bytes were already there, nothing is read again */
  known: boolean
}
export interface SendHandlers {
  progress(sentBytes: number): void
}
/** Sends one file; rejects with ApiError. `signal` stops it and tells the server to forget it. */
export type Send = (upload: Upload, on: SendHandlers, signal: AbortSignal) => Promise<Sent>

export class UploadQueue {
  /** newest last; changed in place, see `triggerRef` */
  readonly items = shallowRef<Upload[]>([])
  readonly #send: Send
  readonly #stops = new Map<number, AbortController>()
  #sending = 0
  #nextKey = 1

  constructor(send: Send) {
    this.#send = send
  }

  add(files: readonly PickedFile[], collection: CollectionId | null): Upload[] {
    const added = files.map(({ file, path }) =>
      shallowReactive<Upload>({
        key: this.#nextKey++,
        file,
        path,
        collection,
        state: 'waiting',
        sentBytes: 0,
        error: null,
        documentId: null,
        known: false,
      }),
    )
    this.items.value = [...this.items.value, ...added]
    this.#pump()
    return added
  }

  retry(upload: Upload): void {
    if (upload.state !== 'failed') return
    upload.state = 'waiting'
    upload.error = null
    this.#pump()
  }

  /** Takes an upload out of the list; one that is being sent is stopped. */
  remove(upload: Upload): void {
    this.#stops.get(upload.key)?.abort()
    this.items.value = this.items.value.filter((item) => item !== upload)
  }

  clearDone(): void {
    this.items.value = this.items.value.filter((item) => item.state !== 'done')
  }

  #pump(): void {
    for (const upload of this.items.value) {
      if (this.#sending >= PARALLEL_UPLOADS) return
      if (upload.state === 'waiting') void this.#run(upload)
    }
  }

  async #run(upload: Upload): Promise<void> {
    const stop = new AbortController()
    this.#stops.set(upload.key, stop)
    this.#sending++
    upload.state = 'sending'
    try {
      const { documentId, known } = await this.#send(upload, { progress: (sentBytes) => (upload.sentBytes = sentBytes) }, stop.signal)
      upload.sentBytes = upload.file.size
      upload.documentId = documentId
      upload.known = known
      upload.state = 'done'
    } catch (error) {
      upload.error = error instanceof ApiError ? error : new ApiError('network', 0, {}, '', String(error))
      upload.state = 'failed'
    }
    this.#sending--
    this.#stops.delete(upload.key)
    triggerRef(this.items)
    this.#pump()
  }
}

/** ApiError from the body of a failed upload request; `network` when there was no answer. */
export function uploadError(status: number, body: string): ApiError {
  if (status === 0) return new ApiError('network', 0, {}, '', '')
  try {
    const { error } = errorBodySchema.parse(JSON.parse(body))
    return new ApiError(error.code, status, error.params, error.requestId, error.message)
  } catch {
    return new ApiError('http', status, {}, '', `HTTP ${status}: ${body.slice(0, 200)}`)
  }
}
