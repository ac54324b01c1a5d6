/**
 * Makes a page even and straight for Tesseract, which wants black on white and level lines. Only where it is needed: on
 * clean pages the same steps do harm.
 */
import sharp, { type Sharp } from 'sharp'
import type { GreyPicture } from './core.ts'

/** longest side of the small copy on which evenness and angle are judged */
const SMALL = 700
/** a page is uneven when its ground varies by so many grey levels */
const UNEVEN = 40
/** the ground is what is left after a blur of so many pixels */
const BLUR = 25
/** angles that are tried, and the least that is worth turning, in degrees */
const WIDEST_ANGLE = 3
const ANGLE_STEP = 0.25
const LEAST_ANGLE = 0.5
/** a page lies on its side when its columns differ from each other by this factor more than its rows */
const LYING = 1.5

const raw = ({ data, width, height }: GreyPicture): Sharp => sharp(data, { raw: { width, height, channels: 1 } })

async function grey(image: Sharp): Promise<GreyPicture> {
  const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The page shrunk so that its longest side is at most `side`. */
export async function shrunk(picture: GreyPicture, side: number): Promise<GreyPicture> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height))
  if (scale === 1) return picture
  const [width, height] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))]
  return await grey(raw(picture).resize(width, height, { fit: 'fill' }))
}

/** Dark text on light ground: pictures that are mostly dark are inverted. */
export function darkOnLight(picture: GreyPicture): GreyPicture {
  const mean = picture.data.reduce((sum, value) => sum + value, 0) / Math.max(1, picture.data.length)
  return mean >= 110 ? picture : { ...picture, data: picture.data.map((value) => 255 - value) }
}

/** @returns the page with its ground divided out, or the same object where it is even already */
export async function evened(picture: GreyPicture): Promise<GreyPicture> {
  const small = await shrunk(picture, SMALL)
  const ground = await grey(
    raw(small)
      .median(9)
      .blur(Math.max(1, (BLUR * small.width) / picture.width)),
  )
  const levels = ground.data.toSorted()
  const [low, high] = [levels[Math.floor(levels.length * 0.1)]!, levels[Math.floor(levels.length * 0.98)]!]
  if (high - low < UNEVEN) return picture
  const under = await grey(raw(picture).blur(BLUR))
  const quotient = picture.data.map((value, n) => Math.min(255, Math.round((value * 245) / Math.max(1, under.data[n]!))))
  return await grey(raw({ ...picture, data: quotient }).median(3))
}

/**
 * The angle by which lines of text fall to the right, in degrees, and how clearly. Dark pixels are summed up along slanted
 * rows: at the right angle, rows of text and rows between differ most (Postl 1986).
 */
async function bestAngle(picture: GreyPicture): Promise<{ angle: number; spread: number }> {
  const small = await shrunk(picture, SMALL)
  let best = { angle: 0, spread: rowSpread(small, 0) }
  for (let angle = -WIDEST_ANGLE; angle <= WIDEST_ANGLE; angle += ANGLE_STEP) {
    const spread = rowSpread(small, angle)
    if (spread > best.spread) best = { angle, spread }
  }
  return best
}

/** @returns degrees; 0 when it is not worth turning */
export async function skewOf(picture: GreyPicture): Promise<number> {
  const { angle } = await bestAngle(picture)
  return Math.abs(angle) >= LEAST_ANGLE ? angle : 0
}

/** Do the lines stand: differ the columns, at their best angle, more clearly than the rows? */
export async function isLying(picture: GreyPicture): Promise<boolean> {
  return (await bestAngle(transposed(picture))).spread > LYING * (await bestAngle(picture)).spread
}

function transposed({ data, width, height }: GreyPicture): GreyPicture {
  const out = new Uint8Array(data.length)
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) out[x * height + y] = data[y * width + x]!
  return { data: out, width: height, height: width }
}

/** How much neighbouring rows, slanted by an angle, differ in darkness: the sum of the squared differences. */
function rowSpread({ data, width, height }: GreyPicture, angle: number): number {
  const slope = Math.tan((angle * Math.PI) / 180)
  const rows = new Float64Array(height)
  for (let x = 0; x < width; x += 1) {
    const shift = Math.round((x - width / 2) * slope)
    for (let y = Math.max(0, -shift), end = Math.min(height, height - shift); y < end; y += 1)
      rows[y]! += 255 - data[(y + shift) * width + x]!
  }
  let sum = 0
  for (let y = 1; y < height; y += 1) sum += (rows[y]! - rows[y - 1]!) ** 2
  return sum
}
