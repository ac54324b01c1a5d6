/** Looks for model servers on the ports that the usual programs use on this machine. */
import { LIMITS } from '../base/limits.ts'
import type { ModelServerAddress } from './address.ts'
import { listModels, pickChatModel } from './list.ts'

export interface LocalServer {
  name: string
  port: number
}

/** The order is the choice when several run. */
export const LOCAL_SERVERS: readonly LocalServer[] = [
  { name: 'LM Studio', port: 1234 },
  { name: 'Ollama', port: 11434 },
  { name: 'vLLM', port: 8000 },
  { name: 'llama-server', port: 8080 },
]

/**
 * All are asked at once; the first in order that lists a chat model wins. Takes at most LIMITS.modelDiscoverMs.
 *
 * @param wanted  only a server that lists this model counts; null: any chat model
 */
export async function discoverChat(
  servers: readonly LocalServer[],
  wanted: string | null,
): Promise<{ server: ModelServerAddress; model: string } | null> {
  const found = await Promise.all(
    servers.map(async ({ name, port }) => {
      const server = { url: `http://127.0.0.1:${port}/v1`, authorization: null, label: `${name} (127.0.0.1:${port})` }
      // No answer, another kind of server, a locked one: all the same here, nothing was promised at this port.
      const ids = await listModels(server, LIMITS.modelDiscoverMs).catch(() => [])
      const model = wanted === null ? pickChatModel(ids) : (ids.find((id) => id === wanted) ?? null)
      return model === null ? null : { server, model }
    }),
  )
  return found.find((one) => one !== null) ?? null
}
