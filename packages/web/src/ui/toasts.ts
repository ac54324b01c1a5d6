/** Short messages at the edge of the page, with at most one action. */
import { createToastManager } from 'reka-ui'

export const toastManager = createToastManager()

/** How long a deletion can be taken back from the message, in ms. */
export const UNDO_MS = 10_000

export interface ToastInput {
  text: string
  tone?: 'plain' | 'bad'
  action?: { label: string; testId?: string; run: () => void }
  durationMs?: number
}

export interface ToastData {
  tone: 'plain' | 'bad'
  testId: string | undefined
}

export function toast({ text, tone = 'plain', action, durationMs = 5000 }: ToastInput): string {
  return toastManager.add({
    title: text,
    type: tone === 'bad' ? 'foreground' : 'background',
    duration: durationMs,
    data: { tone, testId: action?.testId } satisfies ToastData,
    ...(action ? { actionProps: { label: action.label, altText: action.label, onClick: action.run } } : {}),
  })
}
