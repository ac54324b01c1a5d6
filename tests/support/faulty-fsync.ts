/**
 * Preload that makes the next fsync fail when the file named by FAULTY_FSYNC exists; the file is removed, so it happens once.
 * Its content says how: `EIO` an error of the disk, `exit` the thread ends.
 */
import fs from 'node:fs'

const flag = process.env.FAULTY_FSYNC ?? ''
const fsyncSync = fs.fsyncSync

fs.fsyncSync = (fd) => {
  if (flag !== '' && fs.existsSync(flag)) {
    const how = fs.readFileSync(flag, 'utf8')
    fs.rmSync(flag)
    if (how === 'exit') process.exit(3)
    throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', errno: -5, syscall: 'fsync' })
  }
  fsyncSync(fd)
}
