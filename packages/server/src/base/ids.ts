import { randomBytes } from 'node:crypto'
import { type Id, type IdKind, ID_PREFIXES } from '@zhiku/contract/ids.ts'

/** A new id: prefix and UUIDv7 (RFC 9562 section 5.7) without dashes, so ids sort by time of creation. */
export function newId<K extends IdKind>(kind: K, nowMs = Date.now()): Id<K> {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return `${ID_PREFIXES[kind]}_${bytes.toString('hex')}`
}
