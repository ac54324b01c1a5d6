/** Reads a container in this process, for tests of the readers: its own pages, and the files that it hands over. */
import { isAppError } from '../../base/fail.ts'
import { openFile } from '../extract/registry.ts'
import type { ExtractedPage, InnerOutcome, InnerVerdict } from '../extract/types.ts'

export interface ReadContainer {
  files: { path: string; name: string; content: Buffer }[]
  outcome: InnerOutcome | null
  pages: ExtractedPage[]
}

/** @param verdict  what the server would say of the nth file; null takes it */
export async function readInner(
  bytes: Uint8Array,
  name: string,
  verdict: (n: number) => InnerVerdict = () => null,
): Promise<ReadContainer> {
  const extraction = await openFile({ bytes, name, fromPage: 1, progress: () => {} })
  const files: ReadContainer['files'] = []
  const outcome = await extraction.inner?.(async (file) => {
    const said = verdict(files.length)
    if (said) return said
    const parts: Uint8Array[] = []
    for await (const part of file.bytes) parts.push(part)
    files.push({ path: file.path, name: file.name, content: Buffer.concat(parts) })
    return null
  })
  return { files, outcome: outcome ?? null, pages: await Array.fromAsync(extraction.pages) }
}

export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    const value = await work
    return `no error: ${JSON.stringify(value).slice(0, 100)}`
  } catch (error) {
    return isAppError(error) ? error.code : error
  }
}
