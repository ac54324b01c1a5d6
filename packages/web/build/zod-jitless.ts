/**
 * Vite plugin: zod probes `new Function` while schemas are made. Our content security policy forbids it, and the
 * browser reports the attempt even though zod catches it. zod's own switch must be set before the first schema, which
 * only its own module can guarantee whatever the chunking.
 */
import type { Plugin } from 'vite'

export function zodJitless(): Plugin {
  return {
    name: 'zhiku-zod-jitless',
    transform(code, id) {
      if (!id.endsWith('/zod/v4/core/core.js')) return null
      return { code: `${code}\nglobalConfig.jitless = true\n`, map: null }
    },
  }
}
