/**
 * The chat model of this server: the one that is set (`ZHIKU_CHAT_URL`), else one found on the usual local ports, else
 * none. Only addresses from the settings and loopback are ever called. Entry point of `models/`.
 */
import type { ChatModel } from '@zhiku/contract/entities.ts'
import type { Config } from '../base/config.ts'
import { AppError, fail, isAppError } from '../base/fail.ts'
import { LIMITS } from '../base/limits.ts'
import type { Log } from '../base/log.ts'
import { type ModelServerAddress, toAddress } from './address.ts'
import { LOCAL_SERVERS, type LocalServer, discoverChat } from './discover.ts'
import { listModels, pickChatModel } from './list.ts'
import { type ChatPrompt, type StreamEnd, type StreamLimits, streamChat } from './stream.ts'

export interface ChatModelHandle {
  /** how the server is called, without secrets */
  server: string
  model: string
  /** see streamChat for what it yields and throws */
  stream(prompt: ChatPrompt, signal: AbortSignal): AsyncGenerator<string, StreamEnd>
}

export interface Models {
  /**
   * null when no model is set and none is found.
   * @throws model.* when one is set but does not answer
   */
  chat(): Promise<ChatModelHandle | null>
  /** For the status page; never throws. */
  describeChat(): Promise<ChatModel>
  /** Ends every answer that is still streaming. */
  close(): Promise<void>
}

export interface ModelOptions {
  /** default LOCAL_SERVERS */
  localServers?: readonly LocalServer[]
  streamLimits?: StreamLimits
}

interface Found {
  server: ModelServerAddress
  model: string
}

export function createModels(config: Pick<Config, 'chat' | 'discover'>, log: Log, options: ModelOptions = {}): Models {
  const localServers = options.localServers ?? LOCAL_SERVERS
  const limits = options.streamLimits ?? { firstSignMs: LIMITS.modelFirstTokenSeconds * 1000, silenceMs: LIMITS.modelSilenceSeconds * 1000 }
  const set = config.chat.url === null ? null : toAddress(config.chat.url, config.chat.key)

  const askSetServer = async (server: ModelServerAddress): Promise<Found> => {
    const ids = await listModels(server, LIMITS.modelConnectSeconds * 1000).catch((error: unknown) => {
      // Some servers do not offer the list; with a model set, one that answers at all is as good.
      const answered = isAppError(error, 'model.invalid')
      if (answered && config.chat.model !== null) return [config.chat.model]
      throw error
    })
    const model = config.chat.model ?? pickChatModel(ids)
    if (model === null) throw fail('model.none', { server: server.label })
    return { server, model }
  }
  const look = remember(async (): Promise<Found | null> => {
    try {
      const found = set ? await askSetServer(set) : config.discover ? await discoverChat(localServers, config.chat.model) : null
      if (found) log.debug({ server: found.server.label, model: found.model }, 'models.chat.found')
      return found
    } catch (error) {
      log.warn({ server: set?.label, code: error instanceof AppError ? error.code : 'internal' }, 'models.chat.unavailable')
      throw error
    }
  }, LIMITS.modelCacheSeconds * 1000)

  const closing = new AbortController()
  const toHandle = ({ server, model }: Found): ChatModelHandle => ({
    server: server.label,
    model,
    stream: (prompt, signal) => streamChat({ server, model, limits }, prompt, AbortSignal.any([signal, closing.signal])),
  })

  return {
    async chat() {
      // With both set there is nothing to find out: a server that is down shows itself when it is asked.
      if (set && config.chat.model !== null) return toHandle({ server: set, model: config.chat.model })
      const found = await look()
      return found && toHandle(found)
    },
    async describeChat() {
      const source = set ? 'setting' : 'none'
      try {
        const found = await look()
        if (!found) return { connected: false, server: null, model: null, source, notice: null }
        return { connected: true, server: found.server.label, model: found.model, source: set ? 'setting' : 'found', notice: null }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return {
          connected: false,
          server: set?.label ?? null,
          model: config.chat.model,
          source,
          notice: { code: error.code, params: error.params },
        }
      }
    },
    async close() {
      closing.abort()
    },
  }
}

/** Keeps the outcome of `work`, a failure too, for `ms`; calls at the same time share one. */
function remember<T>(work: () => Promise<T>, ms: number): () => Promise<T> {
  let kept: { at: number; outcome: Promise<T> } | null = null
  return () => {
    if (!kept || performance.now() - kept.at > ms) kept = { at: performance.now(), outcome: work() }
    return kept.outcome
  }
}
