/** Asks an OpenAI-compatible server which models it has. */
import { LIMITS } from '../base/limits.ts'
import { AppError, fail } from '../base/fail.ts'
import type { ModelServerAddress } from './address.ts'

/**
 * Ids of `GET {url}/models`, in the server's order. The form is checked strictly, so that an arbitrary web server on a
 * usual port is not taken for a model server.
 *
 * @throws model.unreachable, model.refused (HTTP error), model.invalid (wrong address, not a list of models)
 */
export async function listModels(server: ModelServerAddress, timeoutMs: number): Promise<string[]> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const headers = server.authorization === null ? {} : { authorization: server.authorization }
    // A redirect could lead off this machine, or take the key elsewhere.
    const response = await fetch(`${server.url}/models`, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'manual',
      signal,
    })
    if (!response.ok) {
      await response.body?.cancel()
      // Nothing there, or elsewhere: the address is wrong. Anything else: the server does not want to.
      const wrongAddress = response.status === 404 || response.status < 400
      throw fail(wrongAddress ? 'model.invalid' : 'model.refused', { server: server.label, detail: `HTTP ${response.status}` })
    }
    return readIds(await readBounded(response, server), server)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw fail('model.unreachable', { server: server.label }, error)
  }
}

async function readBounded(response: Response, server: ModelServerAddress): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    // Leaving the loop closes the connection.
    if (text.length > LIMITS.modelListBytes) throw fail('model.invalid', { server: server.label, detail: 'too long' })
  }
  return text + decoder.decode()
}

function readIds(body: string, server: ModelServerAddress): string[] {
  const invalid = fail('model.invalid', { server: server.label, detail: 'not a list of models' })
  let list: unknown
  try {
    list = JSON.parse(body)
  } catch {
    throw invalid
  }
  if (typeof list !== 'object' || list === null || !('object' in list) || list.object !== 'list' || !('data' in list)) throw invalid
  // Ollama without any model sends null.
  if (list.data === null) return []
  if (!Array.isArray(list.data)) throw invalid
  return list.data.map((model: unknown) => {
    if (typeof model !== 'object' || model === null || !('id' in model) || typeof model.id !== 'string' || model.id === '') throw invalid
    return model.id
  })
}

/** Ids of models that do other work than chat: embedding, reranking, speech, images, moderation. */
const NOT_CHAT =
  /embed|rerank|bge|gte-|m3e|text2vec|minilm|sentence-|(?:^|[/_-])e5-|jina-(?:clip|colbert)|whisper|transcri|tts|speech|moderation|dall-e|stable-diffusion|(?:^|[/_-])(?:flux|sdxl|clip)(?:[._-]|$)/i

/** The first id that looks like a chat model; null when there is none. */
export const pickChatModel = (ids: readonly string[]): string | null => ids.find((id) => !NOT_CHAT.test(id)) ?? null
