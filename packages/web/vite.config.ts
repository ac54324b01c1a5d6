import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { pdfjsAssets } from './build/pdfjs-assets.ts'
import { zodJitless } from './build/zod-jitless.ts'

/** The server that `npm run dev` talks to; the built app is served by the server itself. */
const server = process.env.ZHIKU_DEV_SERVER ?? 'http://127.0.0.1:7700'

export default defineConfig({
  plugins: [vue(), tailwindcss(), pdfjsAssets(), zodJitless()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    // light-dark(), text-wrap and container queries as they are: every browser that runs pdf.js 6 knows them.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  optimizeDeps: { exclude: ['zod', '@zhiku/contract'] },
  server: { proxy: { '/api': server, '/livez': server } },
})
