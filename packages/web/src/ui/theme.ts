/** Light, dark, or as the system says; remembered. `<html data-theme>` switches `color-scheme`. */
import { usePreferredDark, useStorage } from '@vueuse/core'
import { computed, watchEffect } from 'vue'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const theme = useStorage<Theme>('zhiku.theme', 'system', undefined, {
  serializer: { read: (value) => (THEMES.includes(value as Theme) ? (value as Theme) : 'system'), write: String },
})
const systemDark = usePreferredDark()
export const isDark = computed(() => (theme.value === 'system' ? systemDark.value : theme.value === 'dark'))

/** Call once. */
export function applyTheme(): void {
  watchEffect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme.value
  })
}
