import fs from 'node:fs'
import path from 'node:path'
import type { PoolClient } from 'pg'
import type { Log } from '../../base/log.ts'

/**
 * What keeps the store readable when the disk fills up. PostgreSQL dies when it cannot extend its WAL, and cannot start again without
 * room for a new WAL segment, so it must not come to that:
 *
 * - below 32 MB of free space the client is set to read-only: writes are refused (db.disk_full), reads go on. Transactions that make
 *   space (`frees`) are let through.
 * - a reserve file is given up when the engine died of a full disk all the same, for example because another program took the rest.
 */
const MB = 1024 * 1024
const LOW_BYTES = 32 * MB
/** Written to again only above this, so that the state does not flicker. */
const ENOUGH_BYTES = 48 * MB
const RESERVE_BYTES = 8 * MB

export class Space {
  readonly #folder: string
  readonly #log: Log
  #low = false
  /** what each client is set to; a new one is read-write */
  readonly #set = new WeakMap<PoolClient, boolean>()

  /** @param dataDir  on the disk that is watched; the reserve is kept in it */
  constructor(dataDir: string, log: Log) {
    this.#folder = dataDir
    this.#log = log
  }

  #freeBytes(): number {
    const { bavail, bsize, blocks } = fs.statfsSync(this.#folder)
    // Some file systems do not say.
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
  }

  /** Sets the client to what the free space allows; costs nothing while nothing changes. */
  async prepare(client: PoolClient): Promise<void> {
    const free = this.#freeBytes()
    const low = free < (this.#low ? ENOUGH_BYTES : LOW_BYTES)
    if (low !== this.#low) {
      this.#low = low
      this.#log.warn({ event: low ? 'db.space.low' : 'db.space.enough', freeBytes: free })
    }
    if ((this.#set.get(client) ?? false) === low) return
    await client.query(`set default_transaction_read_only = ${low ? 'on' : 'off'}`)
    this.#set.set(client, low)
  }

  get #reserve(): string {
    return path.join(this.#folder, 'reserve')
  }

  /** Makes the reserve when there is plenty of space. */
  keepReserve(): void {
    if (fs.existsSync(this.#reserve) || this.#freeBytes() < ENOUGH_BYTES + RESERVE_BYTES) return
    fs.writeFileSync(this.#reserve, Buffer.alloc(RESERVE_BYTES, 1))
  }

  /** For an engine that died of a full disk: its next start has room. */
  giveUpReserve(): void {
    if (!fs.existsSync(this.#reserve)) return
    this.#log.warn({ event: 'db.space.reserve_used' })
    fs.rmSync(this.#reserve)
  }
}
