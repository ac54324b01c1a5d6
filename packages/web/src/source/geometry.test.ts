// @vitest-environment node
/// <reference types="node" />
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boxToRect, padBox, shownSize } from './geometry.ts'

const W = 600
const H = 800
const close = (a: number, b: number): void => expect(a).toBeCloseTo(b, 9)

describe('boxToRect', () => {
  test.each([
    [0, { left: 60 / W, top: 80 / H, width: 120 / W, height: 40 / H }],
    [90, { left: (H - 80 - 40) / H, top: 60 / W, width: 40 / H, height: 120 / W }],
    [180, { left: (W - 60 - 120) / W, top: (H - 80 - 40) / H, width: 120 / W, height: 40 / H }],
    [270, { left: 80 / H, top: (W - 60 - 120) / W, width: 40 / H, height: 120 / W }],
    [-90, { left: 80 / H, top: (W - 60 - 120) / W, width: 40 / H, height: 120 / W }],
  ])('a page turned by %i degrees', (rotation, rect) => {
    expect(boxToRect([60, 80, 120, 40], { width: W, height: H, rotation })).toEqual(rect)
  })

  test('agrees with pdf.js for every rotation, crop box and user unit', async () => {
    const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
    const box: [number, number, number, number] = [30, 50, 200, 14]
    for (const rotate of [0, 90, 180, 270]) {
      for (const [crop, unit] of [
        ['[0 0 612 792]', 1],
        ['[20 40 520 640]', 1],
        ['[20 40 520 640]', 2],
      ] as const) {
        const task = getDocument({ data: pdfOf(rotate, crop, unit), verbosity: 0, useSystemFonts: false })
        const page = await (await task.promise).getPage(1)
        const [x0, y0, x1, y1] = page.view as [number, number, number, number]
        const viewport = page.getViewport({ scale: 1.5 })
        // pdf.js thinks in PDF space: origin bottom left of the crop box.
        const [ax, ay] = viewport.convertToViewportPoint(x0 + box[0], y1 - box[1]) as [number, number]
        const [bx, by] = viewport.convertToViewportPoint(x0 + box[0] + box[2], y1 - box[1] - box[3]) as [number, number]
        const rect = boxToRect(box, { width: x1 - x0, height: y1 - y0, rotation: page.rotate })
        close(rect.left * viewport.width, Math.min(ax, bx))
        close(rect.top * viewport.height, Math.min(ay, by))
        close(rect.width * viewport.width, Math.abs(ax - bx))
        close(rect.height * viewport.height, Math.abs(ay - by))
        await task.destroy()
      }
    }
  })

  test('four quarter turns bring a box back', () => {
    const side = fc.double({ min: 1, max: 2000, noNaN: true })
    fc.assert(
      fc.property(
        side,
        side,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (width, height, fx, fy) => {
          let size = { width: width, height: height, rotation: 90 }
          let box: [number, number, number, number] = [fx * width, fy * height, (width * (1 - fx)) / 2, (height * (1 - fy)) / 2]
          const start = box
          for (let turn = 0; turn < 4; turn++) {
            const { left, top, width: w, height: h } = boxToRect(box, size)
            const shown = shownSize(size)
            box = [left * shown.width, top * shown.height, w * shown.width, h * shown.height]
            size = { width: shown.width, height: shown.height, rotation: 90 }
          }
          box.forEach((value, index) => expect(value).toBeCloseTo(start[index]!, 6))
        },
      ),
      { seed: 20_261_121 },
    )
  })
})

test('padding grows a box on all sides', () => {
  expect(padBox([10, 20, 30, 5], 2)).toEqual([8, 18, 34, 9])
})

function pdfOf(rotate: number, crop: string, unit: number): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /CropBox ${crop} /Rotate ${rotate} /UserUnit ${unit} >>`,
  ]
  let text = '%PDF-1.7\n'
  const offsets = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const start = text.length
  text += `xref\n0 4\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}trailer << /Size 4 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF`
  return new TextEncoder().encode(text)
}
