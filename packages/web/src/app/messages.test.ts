// @vitest-environment node
/// <reference types="node" />
import { readFileSync, readdirSync } from 'node:fs'
import { DOCUMENT_STATES } from '@zhiku/contract/states.ts'
import { describe, expect, test } from 'vitest'
import { SHORTCUTS } from './shortcuts.ts'
import appEn from './messages.en.ts'
import appZh from './messages.zh.ts'
import chatEn from '../chat/messages.en.ts'
import chatZh from '../chat/messages.zh.ts'
import libraryEn from '../library/messages.en.ts'
import libraryZh from '../library/messages.zh.ts'
import sourceEn from '../source/messages.en.ts'
import sourceZh from '../source/messages.zh.ts'
import uiEn from '../ui/messages.en.ts'
import uiZh from '../ui/messages.zh.ts'

type Tree = { [key: string]: string | Tree }
const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )
const zh = new Map(flat({ app: appZh, ui: uiZh, chat: chatZh, library: libraryZh, source: sourceZh }))
const en = new Map(flat({ app: appEn, ui: uiEn, chat: chatEn, library: libraryEn, source: sourceEn }))
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].toSorted()

const root = new URL('..', import.meta.url)
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(vue|ts)$/.test(file) && !/messages\.|\.test\.ts$/.test(file))
  .map((file) => readFileSync(new URL(file.replaceAll('\\', '/'), root), 'utf8'))
  .join('\n')
/** Every quoted string that looks like a key, and the beginnings of those that are put together. */
const named = new Set([...sources.matchAll(/['`]((?:app|ui|chat|library|source)\.[\w.-]+)['`]/g)].map((match) => match[1]!))
const begun = [...sources.matchAll(/`((?:app|ui|chat|library|source)\.[\w.-]*)\$\{/g)].map((match) => match[1]!)

describe('the words of the app', () => {
  test('are there in both languages, with the same blanks', () => {
    expect([...zh.keys()]).toEqual([...en.keys()])
    for (const [key, text] of zh) expect(placeholders(text), key).toEqual(placeholders(en.get(key)!))
    for (const [key, text] of [...zh, ...en]) expect(text.trim(), key).not.toBe('')
  })

  test('are all used', () => {
    const unused = [...zh.keys()].filter((key) => !named.has(key) && !begun.some((beginning) => key.startsWith(beginning)))
    expect(unused).toEqual([])
  })

  test('exist for every key that is asked for', () => {
    const commands = new Set<string>(SHORTCUTS.map(({ command }) => command))
    expect([...named].filter((key) => !zh.has(key) && !commands.has(key) && !/\.(ts|vue|css)$/.test(key))).toEqual([])
    for (const state of DOCUMENT_STATES) expect(zh.has(`ui.state.${state}`), state).toBe(true)
    for (const { command, group } of SHORTCUTS) {
      expect(zh.has(`app.command.${command.replace('.', '-')}`), command).toBe(true)
      expect(zh.has(`app.group.${group}`), group).toBe(true)
    }
  })

  test('Chinese text holds no half-width comma or full stop after a Han character', () => {
    for (const [key, text] of zh) expect(/\p{Script=Han}[,.!?;:]/u.test(text), `${key}: ${text}`).toBe(false)
  })
})
