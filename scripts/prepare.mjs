// Runs at the end of `npm ci`: builds the web app and the packed database template, so that the first start is fast.
// A production install without the build tools (`--omit=dev`) keeps what is there.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(path.join(root, 'package.json'))

function resolves(name) {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

function run(label, args) {
  const started = performance.now()
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    console.error(`${label} failed`)
    process.exit(status ?? 1)
  }
  console.log(`${label}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  // npm puts node_modules/.bin first, so this only happens where no pinned Node exists for the platform.
  console.error(`Zhiku needs Node 24.12 or later; this is ${process.version}.`)
  process.exit(1)
}
if (resolves('vite') && existsSync(path.join(root, 'packages/web/index.html'))) {
  run('web app', [
    path.join(path.dirname(require.resolve('vite/package.json')), 'bin/vite.js'),
    'build',
    'packages/web',
    '--logLevel',
    'warn',
  ])
}
run('database template', [path.join(root, 'scripts/build-template.ts')])
