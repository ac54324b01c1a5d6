#!/usr/bin/env node
// The program runs its TypeScript directly, which needs Node 24. Started with an older one, it goes on with the Node
// that is installed beside it.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const SELF = fileURLToPath(import.meta.url)
const args = process.argv.slice(2)
// One thread compiles and none helps with garbage: helpers cost a tenth of the CPU time of ingest and keep memory.
const FLAGS = ['--wasm-num-compilation-tasks=1', '--single-threaded-gc']
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 12)) {
  const { emitWarning } = process
  // node:sqlite (the lock of the data folder) and execve still announce themselves as experimental at every start.
  process.emitWarning = (warning, ...rest) => {
    if ((typeof rest[0] === 'string' ? rest[0] : rest[0]?.type) !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest)
  }
  // Compiling the database's WebAssembly takes 500 MB for a moment, which the C library would keep: 384 MB idle instead
  // of 277 MB (docs/benchmarks.md). The settings are read when a process begins, so the server begins again as itself.
  if (args[0] === 'serve' && process.platform === 'linux' && process.execve && !process.env.MALLOC_ARENA_MAX) {
    const env = { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' }
    process.execve(process.execPath, [process.execPath, ...process.execArgv, ...FLAGS, SELF, ...args], env)
  }
  const { main } = await import('../src/cli/main.ts')
  process.exitCode = await main(args)
} else {
  let node
  try {
    const platform = process.platform === 'win32' ? 'win' : process.platform
    node = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/bin/node${process.platform === 'win32' ? '.exe' : ''}`)
  } catch {
    console.error(
      `Zhiku needs Node 24.12 or later; this is ${process.version}.\n智库需要 Node 24.12 或更新版本；当前是 ${process.version}。`,
    )
    process.exit(1)
  }
  const child = spawn(node, [SELF, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
