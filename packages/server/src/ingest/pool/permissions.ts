/**
 * What a child may do: read its own code and the folders of stored files. No writing, no processes, no secrets, no threads, and
 * for a reader no add-ons. See docs/decisions/0008-ocr-in-the-pipeline.md for what OCR needs and why.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { boundsOf } from '../../base/bounds.ts'

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url))

/** Folders of code: this package, the contract package beside it, and every node_modules above. */
function codePaths(): string[] {
  const paths = new Set<string>([PACKAGE])
  for (let folder = path.resolve(PACKAGE); ; folder = path.dirname(folder)) {
    const modules = path.join(folder, 'node_modules')
    if (existsSync(modules)) {
      paths.add(modules)
      const contract = path.join(modules, '@zhiku', 'contract')
      if (existsSync(contract)) paths.add(realpathSync(contract))
    }
    // Node looks for the package.json that says how a file is to be loaded.
    paths.add(path.join(folder, 'package.json'))
    if (path.dirname(folder) === folder) break
  }
  return [...paths]
}

const both = (folder: string): string[] =>
  existsSync(folder) ? [...new Set([path.resolve(folder), realpathSync(folder)])] : [path.resolve(folder)]

/**
 * `read`: pure JavaScript and WebAssembly over untrusted bytes.
 * `see`: OCR and drawing; onnxruntime and sharp are native code.
 */
export type ChildRights = 'read' | 'see'

export function childArguments(readPaths: readonly string[], heapMiB: number, rights: ChildRights): string[] {
  const readable = [...codePaths(), ...readPaths.flatMap(both)]
  return [
    '--permission',
    ...readable.map((folder) => `--allow-fs-read=${folder}`),
    ...(rights === 'see' ? ['--allow-addons'] : []),
    `--max-old-space-size=${heapMiB}`,
    '--disallow-code-generation-from-strings',
    '--no-warnings',
  ]
}

/** Nothing of the server's environment but its bounds: no keys, no proxies. Windows cannot start a process without its system folder. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const system = process.platform === 'win32' && process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}
  return { ...system, ...boundsOf(process.env) }
}
