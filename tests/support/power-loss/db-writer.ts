/** The program that is cut: runs transactions until it is killed, one line with the number after each commit. */
import fs from 'node:fs'
import { silentLog } from '../../../packages/server/src/base/log.ts'
import { openDb } from '../../../packages/server/src/db/open.ts'
import { lastTransaction, prepare, runTransaction } from './db-workload.ts'

const db = await openDb({ dataDir: process.argv[2]!, databaseUrl: null, log: silentLog })
await prepare(db)
fs.writeSync(1, 'ready\n')
for (let n = (await lastTransaction(db)) + 1; ; n++) {
  await runTransaction(db, n)
  fs.writeSync(1, `${n}\n`)
}
