/**
 * Turns a page the right way up. Most boxes standing upright: it lies on its side, is turned and looked at again. Whether
 * it then stands on its head is put to the vote of its lines; the mean confidence of a reading does not tell.
 */
import { type Quad, reversed } from '../picture/quad.ts'
import { type Turn, turn } from '../picture/raster.ts'
import type { Picture } from '../types.ts'
import { type Found, detect } from './detect.ts'
import { upsideDown } from './direction.ts'
import type { Session } from './session.ts'

/** The picture the right way up, with the lines found on it. */
export interface Upright {
  picture: Picture
  /** degrees clockwise by which it was turned */
  rotation: Turn
  found: Found[]
}

/** a box is taken to stand, or to lie, from this ratio of its sides on; so large a share of those must stand */
const CLEAR = 1.5
const STANDING = 0.6
/** components of the detector below this are not looked at */
const LEAST_SCORE = 0.4
/** share of the votes that turns a page by 180 degrees */
const MAJORITY = 0.5

export async function makeUpright(
  sessions: { detection: Session; direction: Session },
  given: Picture,
  limit: number,
  between: () => void,
): Promise<Upright> {
  let picture = given
  let rotation: Turn = 0
  let found = await detect(sessions.detection, picture, limit, LEAST_SCORE)
  if (mostlyStanding(found)) {
    between()
    picture = turn(given, 90)
    rotation = 90
    found = await detect(sessions.detection, picture, limit, LEAST_SCORE)
  }
  between()
  const quads = found.map(({ quad }) => quad)
  if ((await upsideDown(sessions.direction, picture, quads)) <= MAJORITY) return { picture, rotation, found }
  const { width, height } = picture
  return {
    picture: turn(picture, 180),
    rotation: rotation === 0 ? 180 : 270,
    found: found.map(({ quad, score }) => ({ quad: halfTurned(quad, width, height), score })),
  }
}

function mostlyStanding(found: readonly Found[]): boolean {
  const standing = found.filter(({ quad }) => quad.height > CLEAR * quad.length).length
  const lying = found.filter(({ quad }) => quad.length > CLEAR * quad.height).length
  return standing > 0 && standing >= STANDING * (standing + lying)
}

/** The same quad on the picture turned by 180 degrees. */
export function halfTurned(quad: Quad, width: number, height: number): Quad {
  const { x, y } = reversed(quad)
  return { ...quad, x: width - x, y: height - y }
}
