/** Pages that a machine can write are in step with the code. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ERRORS, type ErrorRow } from '@zhiku/contract/errors.ts'
import { describe, expect, it } from 'vitest'
import { PAGES } from '../scripts/generate-docs.ts'
import { ROOT, sourceFiles } from './support/imports.ts'

describe('generated pages', () => {
  it.each(Object.entries(PAGES))('%s is in step', (file, make) => {
    expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(make())
  })
})

describe('the error table', () => {
  const rows = Object.entries(ERRORS as Record<string, ErrorRow>)
  const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].toSorted()

  it('has the same placeholders in both languages', () => {
    expect(rows.filter(([, row]) => placeholders(row.zh).join() !== placeholders(row.en).join()).map(([code]) => code)).toEqual([])
  })

  it('has no row that nothing uses', () => {
    const text = ['packages/server/src', 'packages/web/src', 'packages/contract/src']
      .flatMap((folder) => sourceFiles(folder))
      .filter((file) => !file.endsWith('errors.ts') || file.includes('/http/'))
      .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
      .join('\n')
    expect(rows.filter(([code]) => !text.includes(`'${code}'`)).map(([code]) => code)).toEqual([])
  })
})

describe('the README and its twin', () => {
  it('show the same commands', () => {
    const commands = (file: string): string[] =>
      [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/```(?:sh|bash)\n([\s\S]*?)```/g)].flatMap((match) =>
        match[1]!
          .split('\n')
          .map((line) => line.replace(/\s+#.*$/, '').trim())
          .filter(Boolean),
      )
    expect(commands('README.zh-CN.md').map((line) => line.replaceAll(/".*?"/g, '""'))).toEqual(
      commands('README.md').map((line) => line.replaceAll(/".*?"/g, '""')),
    )
  })
})
