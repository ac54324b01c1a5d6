/** The one client of the app. `POST /api/session` goes past the waiting for a token, as it is what ends the waiting. */
import { type Client, createClient } from '@zhiku/contract/client.ts'
import { noteNetworkFailure } from './connection.ts'
import { sessionFetch } from './session.ts'

async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await sessionFetch(input, init)
  } catch (error) {
    if (!init?.signal?.aborted) noteNetworkFailure()
    throw error
  }
}

export const api: Client = createClient('', watchedFetch)

const plain = createClient('')
export const openSession = plain.openSession
