/** Holds the house to its plan (docs/architecture.md): direction of imports, no cycles, one owner per table, no unused file. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Import, ROOT, importsOf, sourceFiles } from './support/imports.ts'

/** A folder imports only smaller numbers and the contract, never another folder of its own number. */
const LEVELS: Record<string, number> = {
  base: 0,
  db: 1,
  files: 2,
  models: 2,
  net: 2,
  queue: 2,
  accounts: 2,
  library: 3,
  search: 3,
  ingest: 4,
  ask: 4,
  chats: 5,
  ops: 5,
  eval: 6,
  http: 7,
  // app.ts and main.ts build everything; the command line runs them.
  '': 8,
  cli: 9,
}

const SERVER = 'packages/server/src/'
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('tests/') || file.includes('/testing/')
const areaOf = (file: string): string => {
  const rest = file.slice(SERVER.length)
  return rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : ''
}

const serverFiles = sourceFiles('packages/server/src')
const webFiles = sourceFiles('packages/web/src')
const contractFiles = sourceFiles('packages/contract/src')
const allImports = new Map<string, Import[]>([...serverFiles, ...webFiles, ...contractFiles].map((file) => [file, importsOf(file)]))

describe('imports of the server', () => {
  it('know every folder', () => {
    expect(serverFiles.map(areaOf).filter((area) => !(area in LEVELS))).toEqual([])
  })

  it('go one way', () => {
    const wrong = serverFiles
      .filter((file) => !isTest(file))
      .flatMap((file) => allImports.get(file)!)
      .filter(({ to }) => to.startsWith(SERVER))
      .filter(({ from, to }) => areaOf(from) !== areaOf(to) && LEVELS[areaOf(to)]! >= LEVELS[areaOf(from)]!)
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  it('keep the pure parts pure: contract, base and their own folder only', () => {
    const pure = /^packages\/server\/src\/(ingest\/(extract|chunk)\/|ask\/(sentences|extractive|prompt|marks)[.-])/
    const wrong = serverFiles
      .filter((file) => pure.test(file) && !isTest(file))
      .flatMap((file) => allImports.get(file)!)
      .filter(
        ({ from, to, typeOnly }) =>
          !typeOnly &&
          to.startsWith(SERVER) &&
          areaOf(to) !== areaOf(from) &&
          areaOf(to) !== 'base' &&
          !/^packages\/server\/src\/search\/(tokens|normalise|stem|identifiers|character-classes)\.ts$/.test(to),
      )
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  it('read the environment in one place', () => {
    const readers = serverFiles.filter((file) => !isTest(file) && /process\.env/.test(readFileSync(path.join(ROOT, file), 'utf8')))
    // The command line takes the environment once and hands it to base/config.ts; output.ts asks for the terminal's language;
    // limits.ts takes the bounds, in the children too.
    expect(
      readers.filter((file) => !/\/(cli\/(main|output|eval)|base\/(config|limits))\.ts$/.test(file) && !/\/ingest\/pool\//.test(file)),
    ).toEqual([])
  })
})

describe('imports of the web app', () => {
  it('never reach the server', () => {
    const wrong = webFiles.flatMap((file) => allImports.get(file)!).filter(({ to }) => to.startsWith('packages/server'))
    expect(wrong).toEqual([])
  })

  it('go from app to features to ui and api, not back', () => {
    const level: Record<string, number> = { ui: 0, api: 1, app: 3 }
    const area = (file: string): string => file.slice('packages/web/src/'.length).split('/')[0]!
    const shared = /^packages\/web\/src\/app\/(i18n|messages|shortcuts|theme|session|live|layout)/
    const wrong = webFiles
      .filter((file) => file.slice('packages/web/src/'.length).includes('/'))
      .flatMap((file) => allImports.get(file)!)
      .filter(({ to, from }) => to.startsWith('packages/web/src/') && (level[area(to)] ?? 2) > (level[area(from)] ?? 2) && !shared.test(to))
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })
})

describe('the contract', () => {
  it('imports nothing of ours but itself', () => {
    const wrong = contractFiles.flatMap((file) => allImports.get(file)!).filter(({ to }) => !to.startsWith('packages/contract/src/'))
    expect(wrong).toEqual([])
  })
})

describe('all source files', () => {
  it('import in no cycle', () => {
    const cycles: string[] = []
    const done = new Set<string>()
    const walk = (file: string, trail: string[]): void => {
      if (trail.includes(file)) {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '))
        return
      }
      if (done.has(file)) return
      for (const { to, typeOnly } of allImports.get(file) ?? []) if (!typeOnly) walk(to, [...trail, file])
      done.add(file)
    }
    for (const file of allImports.keys()) walk(file, [])
    expect(cycles).toEqual([])
  })

  it('are all used', () => {
    const used = new Set<string>()
    const entries = [
      'packages/server/src/cli/main.ts',
      'packages/web/src/main.ts',
      ...sourceFiles('scripts'),
      ...sourceFiles('tests'),
      ...sourceFiles('bench'),
    ]
    const visit = (file: string): void => {
      if (used.has(file)) return
      used.add(file)
      for (const { to } of /\.(ts|vue|mjs)$/.test(file) && existsSync(path.join(ROOT, file)) ? importsOf(file) : []) visit(to)
    }
    for (const entry of entries) visit(entry)
    const helpersOfTests = new Set([...allImports.keys()].filter(isTest).flatMap((file) => importsOf(file).map(({ to }) => to)))
    const unused = [...allImports.keys()].filter(
      (file) => !used.has(file) && !isTest(file) && !helpersOfTests.has(file) && !file.endsWith('.d.ts'),
    )
    expect(unused).toEqual([])
  })
})

describe('tables', () => {
  const migrations = readdirSync(path.join(ROOT, SERVER, 'db/migrations')).filter((name) => name.endsWith('.sql'))
  const owners = new Map<string, string>()
  for (const name of migrations) {
    let owner = ''
    for (const line of readFileSync(path.join(ROOT, SERVER, 'db/migrations', name), 'utf8').split('\n')) {
      owner = /^-- owner: (\w+)/.exec(line)?.[1] ?? owner
      const table = /^create table (\w+)/.exec(line)?.[1]
      if (table) owners.set(table, owner)
    }
  }

  it('have an owner each', () => {
    expect([...owners].filter(([, owner]) => !(owner in LEVELS))).toEqual([])
  })

  it('are written by their owner alone', () => {
    const wrong: string[] = []
    for (const file of serverFiles.filter((name) => !isTest(name) && !name.startsWith(`${SERVER}db/`))) {
      const text = readFileSync(path.join(ROOT, file), 'utf8')
      for (const match of text.matchAll(/\b(?:insert into|update|delete from|truncate)\s+(\w+)/gi)) {
        const owner = owners.get(match[1]!)
        if (owner !== undefined && owner !== areaOf(file)) wrong.push(`${file} writes ${match[1]} of ${owner}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
