/**
 * `npm test`: types, lint, format, then every test; ends with one line `N passed, N failed[, N skipped]`,
 * counted from the runner's report, where each check counts as one.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensureBrowser } from '../tests/support/browser.ts'

const root = path.join(import.meta.dirname, '..')
const bin = (name: string): string => path.join(root, 'node_modules', name)
const report = path.join(root, 'test-results', 'report.json')

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numFailedTestSuites: number
  testResults: { name: string; status: string; message: string; assertionResults: unknown[] }[]
}

let passed = 0
let failed = 0
let skipped = 0

function node(args: readonly string[]): boolean {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0
}

function check(name: string, args: readonly string[]): void {
  const ok = node(args)
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`)
  if (ok) passed += 1
  else failed += 1
}

check('types: contract', [bin('typescript/bin/tsc'), '-p', 'packages/contract'])
check('types: server', [bin('typescript/bin/tsc'), '-p', 'packages/server'])
check('types: tests and scripts', [bin('typescript/bin/tsc'), '-p', '.'])
check('types: web', [bin('vue-tsc/bin/vue-tsc.js'), '-p', 'packages/web', '--noEmit'])
check('types: build of the web', [bin('typescript/bin/tsc'), '-p', 'packages/web/tsconfig.build.json'])
check('lint', [bin('oxlint/bin/oxlint'), '--deny-warnings'])
check('format', [bin('oxfmt/bin/oxfmt'), '--check', 'packages', 'scripts', 'tests', 'bench'])

if (!ensureBrowser()) console.log('SKIPPED: browser tests. No Chrome, Chromium or Edge is installed and none could be installed.')
mkdirSync(path.dirname(report), { recursive: true })
rmSync(report, { force: true })
const ok = node([
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
])
try {
  const result = JSON.parse(readFileSync(report, 'utf8')) as Report
  passed += result.numPassedTests
  skipped += result.numPendingTests + result.numTodoTests
  // A file that cannot even be loaded has no failed test in it, but it is a failure.
  const unloaded = result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  failed += result.numFailedTests + unloaded
  if (!ok && result.numFailedTests + unloaded === 0) failed += 1
} catch (error) {
  console.error('the test runner left no report:', error)
  failed += 1
}

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 ? 1 : 0)
