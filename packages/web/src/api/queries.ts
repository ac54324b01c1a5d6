/**
 * Server data that several features show, fetched once and shared (Pinia Colada). `refresh*` after a change.
 */
import { useQuery, useQueryCache } from '@pinia/colada'
import { computed } from 'vue'
import { api } from './client.ts'

const MINUTE_MS = 60_000

export function useCollections() {
  const { data, error, refetch } = useQuery({
    key: ['collections'],
    query: ({ signal }) => api.listCollections({}, { signal }),
    staleTime: MINUTE_MS,
  })
  return { collections: computed(() => data.value?.collections ?? []), loaded: computed(() => data.value !== undefined), error, refetch }
}

export function useChats() {
  const { data, error, refetch } = useQuery({
    key: ['chats'],
    query: ({ signal }) => api.listChats({ limit: 500 }, { signal }),
    staleTime: MINUTE_MS,
  })
  return { chats: computed(() => data.value?.chats ?? []), loaded: computed(() => data.value !== undefined), error, refetch }
}

export function useChatModel() {
  const { data, refetch } = useQuery({ key: ['chat-model'], query: ({ signal }) => api.chatModel({}, { signal }), staleTime: 10_000 })
  return { model: data, refetch }
}

export function useStatus() {
  const { data, refetch } = useQuery({ key: ['status'], query: ({ signal }) => api.status({}, { signal }), staleTime: 1000 })
  return { status: data, refetch }
}

/** Functions that read shared data again. */
export function useRefresh() {
  const cache = useQueryCache()
  const invalidate = (key: string) => (): void => void cache.invalidateQueries({ key: [key] }).catch(() => undefined)
  return {
    chats: invalidate('chats'),
    collections: invalidate('collections'),
    status: invalidate('status'),
    chatModel: invalidate('chat-model'),
  }
}
