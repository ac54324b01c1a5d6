import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Four projects: fast unit tests per package, and `e2e`, which starts real servers and a real browser. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'contract', include: ['packages/contract/src/**/*.test.ts'], environment: 'node' } },
      { test: { name: 'server', include: ['packages/server/src/**/*.test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 } },
      { plugins: [vue()], test: { name: 'web', include: ['packages/web/src/**/*.test.ts'], environment: 'happy-dom' } },
      { test: { name: 'e2e', include: ['tests/**/*.test.ts'], environment: 'node', testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false } },
    ],
    maxWorkers: 2,
  },
})
