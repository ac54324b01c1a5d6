/** Picture of a page as a viewer shows it. Runs in a child. */
import sharp from 'sharp'
import type { DrawRequest, DrawResult } from '../pool/protocol.ts'
import { usedSince } from '../pool/used.ts'
import { pagePicture } from './page-picture.ts'

const QUALITY = 80

/** @throws AppError ingest.*, page.not_found */
export async function draw(request: DrawRequest): Promise<DrawResult> {
  const cpu = process.cpuUsage()
  const { picture } = await pagePicture(request, { for: 'viewer', side: request.side })
  const { data, width, height } = picture
  const { side } = request
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: QUALITY })
    .toBuffer()
  return { mediaType: 'image/webp', bytes, ...usedSince(cpu) }
}
