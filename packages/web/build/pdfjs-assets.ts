/**
 * Vite plugin: pdf.js fetches its worker, character maps, standard fonts, image decoders and colour profiles at run
 * time. They are served from our own origin, under /pdfjs/: copied into the build, and answered from node_modules by
 * the development server. Left out: the scripting sandbox (documents run no code) and licences other than those of
 * what is shipped.
 */
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Plugin } from 'vite'

const FOLDERS = ['cmaps', 'standard_fonts', 'wasm', 'iccs']
/** The build for older browsers: the modern one needs Map.getOrInsertComputed. */
const WORKER = 'legacy/build/pdf.worker.min.mjs'
const isShipped = (name: string): boolean => !/quickjs/i.test(name)

const TYPES: Record<string, string> = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' }

export function pdfjsAssets(): Plugin {
  const root = path.dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  let outDir = ''
  return {
    name: 'zhiku-pdfjs-assets',
    configResolved(config) {
      outDir = path.resolve(config.root, config.build.outDir, 'pdfjs')
    },
    configureServer(server) {
      server.middlewares.use('/pdfjs', (request, response, next) => {
        const [address = '/'] = (request.url ?? '/').split('?')
        const name = path.posix.normalize(address).slice(1)
        const file = name === 'pdf.worker.min.mjs' ? path.join(root, WORKER) : path.join(root, name)
        if (!file.startsWith(root) || !existsSync(file)) return next()
        response.setHeader('content-type', TYPES[path.extname(file)] ?? 'application/octet-stream')
        createReadStream(file).pipe(response)
      })
    },
    writeBundle() {
      mkdirSync(outDir, { recursive: true })
      cpSync(path.join(root, WORKER), path.join(outDir, 'pdf.worker.min.mjs'))
      for (const folder of FOLDERS) {
        mkdirSync(path.join(outDir, folder), { recursive: true })
        for (const name of readdirSync(path.join(root, folder))) {
          if (isShipped(name)) cpSync(path.join(root, folder, name), path.join(outDir, folder, name))
        }
      }
    },
  }
}
