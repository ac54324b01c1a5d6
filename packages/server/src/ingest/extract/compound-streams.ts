/** Streams of an OLE compound file, read whole. What the library throws on damage becomes one typed error. */
import { find, read } from 'cfb'
import { fail } from '../../base/fail.ts'

export interface CompoundStreams {
  /** bytes of a stream in the root, null when there is none */
  stream(name: string): Uint8Array | null
}

/** @throws ingest.corrupt */
export function openCompound(bytes: Uint8Array): CompoundStreams {
  let container: ReturnType<typeof read>
  try {
    container = read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { type: 'buffer' })
  } catch (error) {
    throw fail('ingest.corrupt', { detail: 'OLE' }, error)
  }
  return {
    stream(name) {
      const content = find(container, `/${name}`)?.content
      return content === undefined ? null : Uint8Array.from(content)
    },
  }
}
