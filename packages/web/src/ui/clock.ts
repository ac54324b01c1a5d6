/** The time, ticking while a component is shown. */
import { type Ref, onScopeDispose, ref } from 'vue'

/** @param everyMs  how often it moves */
export function useClock(everyMs: number): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
