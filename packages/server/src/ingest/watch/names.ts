/** Which files of a folder are meant for reading, and where they are shown. Pure. */

/** Hidden files, left-overs of systems, and what programs write while they work. */
const IGNORED =
  /^(?:\..*|~\$.*|~.*\.tmp|.*~|.*\.(?:tmp|temp|part|partial|crdownload|download|swp|swx|lock|lck)|thumbs\.db|desktop\.ini|\$recycle\.bin|__macosx|system volume information)$/i

/** @param relative  path within the folder, with / */
export const isIgnored = (relative: string): boolean => relative.split('/').some((part) => IGNORED.test(part))

/** "2024/a.pdf" in "/home/anna/Papers" is shown as a.pdf in Papers/2024. */
export function placeOf(folder: string, relative: string): { path: string; name: string } {
  const parts = relative.split('/')
  const top = folder.split(/[/\\]/).findLast((part) => part !== '') ?? ''
  return { path: [top, ...parts.slice(0, -1)].join('/'), name: parts.at(-1)! }
}
