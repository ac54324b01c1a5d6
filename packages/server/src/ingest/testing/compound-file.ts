/** Builds OLE compound files for tests from their streams. */
import { utils, write } from 'cfb'

export function compoundFile(streams: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const container = utils.cfb_new()
  for (const [name, content] of Object.entries(streams)) utils.cfb_add(container, `/${name}`, Buffer.from(content))
  return Uint8Array.from(write(container, { type: 'buffer' }) as Buffer)
}
