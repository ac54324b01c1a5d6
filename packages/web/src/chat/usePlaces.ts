/**
 * Which place of a chat stands open beside it: kept in the address (`?cite=`, `?near=`), so that Back closes it, a
 * reload keeps it and a link can be shared.
 */
import type { Citation, Message } from '@zhiku/contract/entities.ts'
import { type ComputedRef, computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { type SourceTarget, targetOfCitation, targetOfPassage } from '../source/target.ts'

/** One answer's places, in the order of their numbers. */
interface PlaceList {
  messageId: string
  places: SourceTarget[]
}

const query = (target: SourceTarget): Record<string, string> => (target.mark === null ? { near: target.key } : { cite: target.key })

/** @param answers  the answers of the chat with their citations, live ones included */
export function usePlaces(answers: ComputedRef<{ message: Message; citations: readonly Citation[] }[]>) {
  const route = useRoute()
  const router = useRouter()
  const openKey = computed(() => {
    const { cite, near } = route.query
    return typeof cite === 'string' ? cite : typeof near === 'string' ? near : null
  })
  const lists = computed<PlaceList[]>(() =>
    answers.value.map(({ message, citations }) => ({
      messageId: message.id,
      places:
        citations.length > 0
          ? citations.toSorted((a, b) => a.mark - b.mark).map(targetOfCitation)
          : message.nearest.map((passage, index) => targetOfPassage(passage, `${message.id}.${index}`)),
    })),
  )
  const open = computed(() => {
    if (openKey.value === null) return null
    for (const { messageId, places } of lists.value) {
      const index = places.findIndex(({ key }) => key === openKey.value)
      if (index >= 0) return { messageId, places, index, target: places[index]! }
    }
    return null
  })

  /** Stepping from place to place leaves one entry in the history: Back closes. */
  async function show(target: SourceTarget): Promise<void> {
    if (target.key === openKey.value) return close()
    await router[openKey.value === null ? 'push' : 'replace']({ query: query(target) })
  }
  async function close(): Promise<void> {
    if (openKey.value === null) return
    if (router.options.history.state.back === route.path) router.back()
    else await router.replace({ query: {} })
  }
  async function step(by: number): Promise<void> {
    const now = open.value
    const next = now?.places[now.index + by]
    if (next) await router.replace({ query: query(next) })
  }
  return { open, openKey, show, close, step }
}
