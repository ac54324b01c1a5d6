/**
 * Writes what a machine can know: docs/errors.md and docs/settings.md. `--check` fails when a page is stale.
 * The same functions are used by the test that keeps the pages in step.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ERRORS, type ErrorRow } from '../packages/contract/src/errors.ts'
import { SETTINGS } from '../packages/server/src/base/config.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

export function errorsPage(): string {
  const rows = Object.entries(ERRORS as Record<string, ErrorRow>).map(
    ([code, row]) => `| \`${code}\` | ${row.status} | ${row.retryable ? 'yes' : 'no'} | ${cell(row.zh)} | ${cell(row.en)} |`,
  )
  return `# Errors

Every error a person can meet: made from \`packages/contract/src/errors.ts\` by \`npm run docs:generate\`.
On the wire: \`{ "error": { "code", "message", "params", "requestId" } }\`; the message is in the language of \`Accept-Language\`.

| code | status | try again | zh | en |
|---|---|---|---|---|
${rows.join('\n')}
`
}

export function settingsPage(): string {
  const rows = Object.entries(SETTINGS).map(
    ([key, row]) =>
      `| \`${key}\` | ${row.default === null ? '–' : `\`${row.default}\``} | ${'secret' in row ? 'yes' : 'no'} | ${cell(row.zh)} | ${cell(row.en)} |`,
  )
  return `# Settings

Read from the environment once, at the start; all optional. A wrong or unknown \`ZHIKU_\` key stops the start, and all of them are named.
Made from \`packages/server/src/base/config.ts\` by \`npm run docs:generate\`.

| key | default | secret | zh | en |
|---|---|---|---|---|
${rows.join('\n')}

\`ZHIKU_DATA_SETS\` is read by tests and evaluation only: the folder with the evaluation sets (default: \`../shared/data\` beside the repository).
`
}

export const PAGES = { 'docs/errors.md': errorsPage, 'docs/settings.md': settingsPage }

if (process.argv[1] === import.meta.filename) {
  const root = path.join(import.meta.dirname, '..')
  let stale = 0
  for (const [file, make] of Object.entries(PAGES)) {
    const target = path.join(root, file)
    if (process.argv.includes('--check')) stale += readFileSync(target, 'utf8') === make() ? 0 : 1
    else writeFileSync(target, make())
  }
  if (stale > 0) {
    console.error(`${stale} pages are stale: npm run docs:generate`)
    process.exitCode = 1
  }
}
