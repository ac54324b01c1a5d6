import { describe, expect, it } from 'vitest'
import { checkPage, outline, read } from '../testing/read.ts'

async function blocksOf(source: string, name: string): Promise<{ lines: string[]; languages: (string | undefined)[] }> {
  const { pages } = await read(Buffer.from(source), name)
  pages.forEach(checkPage)
  return { lines: outline(pages), languages: pages.flatMap((page) => page.blocks.map((block) => block.language)) }
}

describe('source code', () => {
  it('is cut where a definition begins at the margin, never inside a body', async () => {
    const source = 'import os\nfrom a import b\n\n@cache\ndef first(n):\n    x = 1\n\n    return x\n\n\nclass Second:\n\n    y = 2\n'
    const { lines, languages } = await blocksOf(source, 'locks.py')
    expect(lines).toEqual([
      'code: import os\nfrom a import b',
      'code: @cache\ndef first(n):\n    x = 1\n\n    return x',
      'code: class Second:\n\n    y = 2',
    ])
    expect(languages).toEqual(['python', 'python', 'python'])
  })

  it('keeps closing lines with what they close', async () => {
    const { lines } = await blocksOf('const a = [\n  1,\n\n];\n\nfunction f() {\n\n}\n', 'a.ts')
    expect(lines).toEqual(['code: const a = [\n  1,\n\n];', 'code: function f() {\n\n}'])
  })

  it('is known by its extension, settings files too', async () => {
    for (const [name, language] of [
      ['a.rs', 'rust'],
      ['a.YML', 'yaml'],
      ['pyproject.toml', 'toml'],
      ['my.cnf', 'ini'],
      ['query.sql', 'sql'],
    ] as const)
      expect((await blocksOf('key: value', name)).languages, name).toEqual([language])
  })
})

describe('JSON', () => {
  it('keeps numbers and order as written, members as blocks', async () => {
    const long = 'x'.repeat(590)
    const { lines } = await blocksOf(`{\n  "id": 12345678901234567890,\n  "a": {\n    "b": [1]\n  },\n  "c": "${long}"\n}`, 'a.json')
    expect(lines).toEqual(['code: {\n  "id": 12345678901234567890,\n  "a": {\n    "b": [1]\n  },', `code:   "c": "${long}"\n}`])
  })

  it('in one long line is broken at its structure', async () => {
    const records = Array.from({ length: 30 }, (_, index) => `{"id":${index},"t":"a, {b}","n":[],"e":{}}`)
    const { lines } = await blocksOf(`[${records.join(',')}]`, 'a.json')
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.join('\n')).toContain('  {\n    "id": 7,\n    "t": "a, {b}",\n    "n": [],\n    "e": {}\n  },')
  })

  it('shows escaped letters as letters, and leaves other escapes', async () => {
    const { lines } = await blocksOf(String.raw`{"a": "\u60b2\u89c2\u9501 \ud83d\ude00 \u0022 \\u4e00 \ud800"}`, 'a.json')
    expect(lines).toEqual([String.raw`code: {"a": "悲观锁 😀 \u0022 \\u4e00 \ud800"}`])
  })

  it('one value a line stays so, damaged JSON too', async () => {
    expect((await blocksOf('{"a":1}\n{"b":[2}\n', 'a.jsonl')).lines).toEqual(['code: {"a":1}\n{"b":[2}'])
  })

  it('of a notebook is its cells', async () => {
    const notebook = {
      nbformat: 4,
      metadata: { kernelspec: { language: 'r' } },
      cells: [
        { cell_type: 'markdown', source: ['# Title\n', 'text'] },
        { cell_type: 'code', source: 'plot(1)', outputs: [{ text: ['\u001b[31mred\u001b[0m\n'] }, { data: { 'text/plain': '[1]' } }] },
        { cell_type: 'raw', source: 'raw' },
        'not a cell',
      ],
    }
    const { lines, languages } = await blocksOf(JSON.stringify(notebook), 'a.ipynb')
    expect(lines).toEqual(['heading 1: Title', 'paragraph: text', 'code: plot(1)', 'code: red\n[1]', 'paragraph: raw'])
    expect(languages).toEqual([undefined, undefined, 'r', 'text', undefined])
  })
})
