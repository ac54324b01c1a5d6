/** Reads the real imports of the source files. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

export const ROOT = path.join(import.meta.dirname, '../..')

export interface Import {
  from: string
  to: string
  typeOnly: boolean
}

/** Source files below a folder, relative to the repository, with forward slashes. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue|mjs)$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !/(^|\/)(node_modules|dist|coverage)\//.test(file))
    .toSorted()
}

const STATEMENT = /(?:^|\n)\s*(import|export)\s+(type\s+)?([^;'"]*?from\s+)?['"]([^'"]+)['"]/g
/** import('./x.ts'), new URL('./x.ts', import.meta.url), import.meta.resolve('./x.ts') */
const DYNAMIC = /(?:import|URL|resolve)\(\s*['"](\.[^'"]+)['"]/g

/** Relative imports and those of the contract, as paths of files in the repository. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8')
  const found: Import[] = []
  const add = (target: string, typeOnly: boolean): void => {
    const bare = target.split('?')[0]!
    if (bare.startsWith('.')) found.push({ from: file, to: path.posix.join(path.posix.dirname(file), bare), typeOnly })
    else if (bare.startsWith('@zhiku/contract/'))
      found.push({ from: file, to: `packages/contract/src/${bare.slice('@zhiku/contract/'.length)}`, typeOnly })
    else if (bare.startsWith('@/')) found.push({ from: file, to: `packages/web/src/${bare.slice(2)}`, typeOnly })
  }
  for (const match of text.matchAll(STATEMENT)) {
    const names = match[3] ?? ''
    // `import { type A, type B }` brings no code either.
    const allTypes =
      /^\{[^}]*\}\s*from/.test(names) &&
      names
        .slice(1, names.indexOf('}'))
        .split(',')
        .every((name) => name.trim() === '' || name.trim().startsWith('type '))
    add(match[4]!, match[2] !== undefined || allTypes)
  }
  for (const match of text.matchAll(DYNAMIC)) add(match[1]!, false)
  return found
}
