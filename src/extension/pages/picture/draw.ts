// Draws a chosen file on a canvas, and reads it back as what is sent.
import { bytesIn, fit } from './fit.ts';

/** Bytes. FxA: its default; a deployment may allow less. */
const LARGEST_PICTURE = 1024 * 1024;
const JPEG_QUALITY = 0.9;

/**
 * Draws the file, and resolves with a PNG, which keeps what is transparent, or with a JPEG where that would be too large: a data
 * URL either way. Rejects for what the browser cannot read as a picture.
 */
export async function draw(file: Blob, canvas: HTMLCanvasElement): Promise<string> {
  const picture = await createImageBitmap(file);
  const { left, top, side, size } = fit(picture.width, picture.height);
  canvas.width = size;
  canvas.height = size;
  canvas.getContext('2d')?.drawImage(picture, left, top, side, side, 0, 0, size, size);
  picture.close();
  const png = canvas.toDataURL('image/png');
  return bytesIn(png) > LARGEST_PICTURE ? canvas.toDataURL('image/jpeg', JPEG_QUALITY) : png;
}
