/**
 * One watched folder while the server runs: looked through at the start, then followed by the system's notices. Files
 * are taken one after the other.
 *
 *   reachable --folder gone, or suddenly empty--> unreachable (its documents stay) --back--> looked through again
 */
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { type FSWatcher, watch as chokidar } from 'chokidar'
import { isAppError } from '../../base/fail.ts'
import { LIMITS } from '../../base/limits.ts'
import { getDocument } from '../../library/documents.ts'
import type { IngestContext } from '../context.ts'
import { moveToTrash } from '../removal.ts'
import { isIgnored, placeOf } from './names.ts'
import { countFiles, findWatchRow, forgetFile, listFilePaths, setScanned, setWatchNotice, type WatchRow } from './rows.ts'
import { takeFile } from './take-file.ts'

export interface WatchTiming {
  /** time without change after which a file counts as written */
  settleMs: number
  /** how often it is asked whether the folder is there */
  checkMs: number
}

/** A pause after something that concerns everything, such as a full disk. */
const TROUBLE_MS = 5000

export class FolderWatch {
  readonly #ctx: IngestContext
  readonly #watch: WatchRow
  readonly #timing: WatchTiming
  #system: FSWatcher | null = null
  readonly #timers = new Set<NodeJS.Timeout>()
  /** paths to look at, in order; a path is in it once */
  readonly #pending = new Set<string>()
  #working: Promise<void> | null = null
  #check: NodeJS.Timeout | null = null
  #reachable = false
  #closed = false

  constructor(ctx: IngestContext, watch: WatchRow, timing: WatchTiming) {
    this.#ctx = ctx
    this.#watch = watch
    this.#timing = timing
  }

  async start(): Promise<void> {
    this.#check = setInterval(() => void this.#look().catch((error: unknown) => this.#report(error)), this.#timing.checkMs)
    this.#check.unref()
    await this.#look()
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#check) clearInterval(this.#check)
    for (const timer of this.#timers) clearTimeout(timer)
    this.#pending.clear()
    await this.#system?.close()
    await this.#working
  }

  /** Is the folder there? Starts and ends the watching with it. */
  async #look(): Promise<void> {
    if (this.#closed) return
    const there = await this.#isThere()
    if (there === this.#reachable) return
    this.#reachable = there
    if (!there) return await this.#lose()
    await setWatchNotice(this.#ctx.db, this.#watch.id, null)
    await this.#follow()
    await this.#scan()
  }

  /** A folder that is empty all of a sudden is more likely a drive that is not mounted. */
  async #isThere(): Promise<boolean> {
    const entries = await readdir(this.#watch.folder).catch(() => null)
    if (entries === null) return false
    return entries.length > 0 || (await countFiles(this.#ctx.db, this.#watch.id)) === 0
  }

  async #lose(): Promise<void> {
    this.#pending.clear()
    await this.#system?.close()
    this.#system = null
    await setWatchNotice(this.#ctx.db, this.#watch.id, { code: 'watch.unreachable', params: { folder: this.#watch.folder } })
  }

  async #follow(): Promise<void> {
    const relative = (file: string): string => path.relative(this.#watch.folder, file).split(path.sep).join('/')
    const system = chokidar(this.#watch.folder, {
      ignoreInitial: true,
      followSymlinks: false,
      usePolling: this.#watch.polling,
      ignorePermissionErrors: true,
      ignored: (file: string) => relative(file) !== '' && isIgnored(relative(file)),
      awaitWriteFinish: { stabilityThreshold: this.#timing.settleMs, pollInterval: Math.max(50, this.#timing.settleMs / 10) },
    })
    this.#system = system
    for (const event of ['add', 'change', 'unlink'] as const) system.on(event, (file: string) => this.#put(relative(file)))
    system.on('error', (error: unknown) => this.#report(error))
    await new Promise<void>((resolve) => system.once('ready', () => resolve()))
  }

  /** Everything that is there, and everything that was. */
  async #scan(): Promise<void> {
    for await (const file of filesIn(this.#watch.folder)) this.#put(file)
    for (const file of await listFilePaths(this.#ctx.db, this.#watch.id)) this.#put(file)
    await this.#working
    if (!this.#closed && this.#reachable) await setScanned(this.#ctx.db, this.#watch.id)
  }

  #put(relative: string): void {
    if (this.#closed || relative === '' || isIgnored(relative)) return
    this.#pending.add(relative)
    this.#working ??= this.#work().finally(() => {
      this.#working = null
      // Something may have come after the last look.
      const [next] = this.#pending
      if (next !== undefined) this.#put(next)
    })
  }

  #later(relative: string, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#put(relative)
    }, ms)
    timer.unref()
    this.#timers.add(timer)
  }

  async #work(): Promise<void> {
    for (const relative of this.#pending) {
      this.#pending.delete(relative)
      if (this.#closed) return
      try {
        await this.#handle(relative)
      } catch (error) {
        this.#report(error)
        this.#later(relative, TROUBLE_MS)
      }
    }
  }

  async #handle(relative: string): Promise<void> {
    // Removed meanwhile, or its collection was deleted.
    if (!(await findWatchRow(this.#ctx.db, this.#watch.id))) return
    switch (await takeFile(this.#ctx, this.#watch, relative, this.#timing.settleMs)) {
      case 'again':
        return this.#later(relative, this.#timing.settleMs)
      case 'full':
        return await setWatchNotice(this.#ctx.db, this.#watch.id, { code: 'watch.files_limit', params: { limit: LIMITS.watchedFiles } })
      case 'gone':
        return await this.#forget(relative)
      default:
    }
  }

  async #forget(relative: string): Promise<void> {
    if (!(await this.#isThere())) return await this.#look()
    const documentId = await forgetFile(this.#ctx.db, this.#watch.id, relative)
    if (documentId === null || !this.#watch.trashDeleted) return
    const { owner } = this.#watch
    const place = placeOf(this.#watch.folder, relative)
    try {
      const document = await getDocument(this.#ctx.db, owner, documentId)
      // The same bytes may have been here before under another name; that document is not ours to delete.
      if (document.path === place.path && document.name === place.name) await moveToTrash(this.#ctx, owner, documentId)
    } catch (error) {
      if (!isAppError(error, 'document.not_found')) throw error
    }
  }

  #report(error: unknown): void {
    if (!this.#closed)
      this.#ctx.log.warn({ event: 'ingest.watch.failed', watch: this.#watch.id, err: error }, 'watched folder: could not go on')
  }
}

/** Paths of all files below a folder, with /; links, hidden and unfinished files left out. Unreadable folders are passed over. */
async function* filesIn(root: string, inside = ''): AsyncGenerator<string> {
  const entries = await readdir(path.join(root, inside), { withFileTypes: true }).catch(() => [])
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const relative = inside === '' ? entry.name : `${inside}/${entry.name}`
    if (isIgnored(relative) || entry.isSymbolicLink()) continue
    if (entry.isDirectory()) yield* filesIn(root, relative)
    else if (entry.isFile() || (await isFileOf(path.join(root, relative)))) yield relative
  }
}

/** Some network drives do not say what an entry is. */
const isFileOf = async (file: string): Promise<boolean> => (await lstat(file).catch(() => null))?.isFile() ?? false
