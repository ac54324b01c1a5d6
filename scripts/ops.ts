/**
 * `npm run test:ops [-- --operations 1000 --each 25 --seed 1]`: random add, replace, archive, delete, trash, cancel, retry,
 * pause, ask and backup on a real server, killed after every `each` of them; then the doctor and every promise are checked.
 * Prints one JSON object; exits 1 when anything was lost or wrong.
 */
import { parseArgs } from 'node:util'
import { randomOperations } from '../tests/support/operations.ts'

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000' },
    each: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
  },
})
const input = { operations: Number(values.operations), each: Number(values.each), seed: Number(values.seed) }
const report = await randomOperations({ ...input, say: (line) => console.error(line) })
console.log(JSON.stringify({ ...input, ...report }, null, 2))
process.exitCode = report.lost.length + report.wrong.length > 0 ? 1 : 0
