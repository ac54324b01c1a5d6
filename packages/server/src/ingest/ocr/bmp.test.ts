import { describe, expect, it } from 'vitest'
import { decodeBmp, isBmp } from './bmp.ts'

interface Bmp {
  bits: number
  width: number
  /** negative: the first row of the file is the upper one */
  height: number
  rows: number[][]
  palette?: [number, number, number][]
  compression?: number
  masks?: number[]
}

function bmp({ bits, width, height, rows, palette = [], compression = 0, masks = [] }: Bmp): Uint8Array {
  const start = 54 + masks.length * 4 + palette.length * 4
  const stride = Math.ceil((width * bits) / 32) * 4
  const file = Buffer.alloc(start + stride * rows.length)
  file.write('BM')
  file.writeUInt32LE(start, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(bits, 28)
  file.writeUInt32LE(compression, 30)
  file.writeUInt32LE(palette.length, 46)
  masks.forEach((mask, n) => file.writeUInt32LE(mask, 54 + n * 4))
  palette.forEach(([r, g, b], n) => file.set([b, g, r, 0], 54 + n * 4))
  rows.forEach((row, n) => file.set(row, start + n * stride))
  return file
}
const [RED, GREEN, BLUE, WHITE] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const

describe('a bitmap', () => {
  it.each<[string, Bmp]>([
    [
      '24 bits, bottom-up',
      {
        bits: 24,
        width: 2,
        height: 2,
        rows: [
          [255, 0, 0, 255, 255, 255],
          [0, 0, 255, 0, 255, 0],
        ],
      },
    ],
    [
      '32 bits, upright',
      {
        bits: 32,
        width: 2,
        height: -2,
        rows: [
          [0, 0, 255, 0, 0, 255, 0, 0],
          [255, 0, 0, 0, 255, 255, 255, 0],
        ],
      },
    ],
    [
      '8 bits',
      {
        bits: 8,
        width: 2,
        height: -2,
        rows: [
          [0, 1],
          [2, 3],
        ],
        palette: [[...RED], [...GREEN], [...BLUE], [...WHITE]],
      },
    ],
    ['4 bits', { bits: 4, width: 2, height: -2, rows: [[0x01], [0x23]], palette: [[...RED], [...GREEN], [...BLUE], [...WHITE]] }],
    [
      '16 bits by masks',
      {
        bits: 16,
        width: 2,
        height: -2,
        compression: 3,
        masks: [0xf800, 0x07e0, 0x001f],
        rows: [
          [0, 0xf8, 0xe0, 0x07],
          [0x1f, 0, 0xff, 0xff],
        ],
      },
    ],
    [
      '16 bits',
      {
        bits: 16,
        width: 2,
        height: -2,
        rows: [
          [0, 0x7c, 0xe0, 0x03],
          [0x1f, 0, 0xff, 0x7f],
        ],
      },
    ],
  ])('of %s has its colours where they are', (_name, file) => {
    expect(isBmp(bmp(file))).toBe(true)
    const { data, width, height } = decodeBmp(bmp(file))
    expect([width, height]).toEqual([2, 2])
    expect([...data]).toEqual([...RED, ...GREEN, ...BLUE, ...WHITE])
  })

  it('of one bit a pixel has the palette’s two colours', () => {
    const { data } = decodeBmp(bmp({ bits: 1, width: 3, height: -1, rows: [[0b10100000]], palette: [[...WHITE], [0, 0, 0]] }))
    expect([...data]).toEqual([0, 0, 0, ...WHITE, 0, 0, 0])
  })

  it('that is cut, too large or run-length coded says so', () => {
    const file = {
      bits: 24,
      width: 2,
      height: 2,
      rows: [
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4, 5, 6],
      ],
    }
    expect(() => decodeBmp(bmp(file).subarray(0, 60))).toThrow(expect.objectContaining({ code: 'ingest.corrupt' }) as Error)
    expect(() => decodeBmp(bmp({ ...file, width: 100_000, height: 100_000 }))).toThrow(
      expect.objectContaining({ code: 'ingest.pixel_limit' }) as Error,
    )
    expect(() => decodeBmp(bmp({ ...file, compression: 1 }))).toThrow(
      expect.objectContaining({ code: 'ingest.unsupported_image' }) as Error,
    )
    expect([
      ...decodeBmp(
        bmp({
          ...file,
          bits: 8,
          palette: [[9, 8, 7]],
          rows: [
            [1, 0],
            [0, 0],
          ],
        }),
      ).data.subarray(6),
    ]).toEqual([0, 0, 0, 9, 8, 7])
  })
})
