// Converts an image file with a canvas.
import { bytesIn, fit } from './fit.ts';

/** Bytes. FxA: the default limit; a deployment may allow less. */
const LARGEST_PICTURE = 1024 * 1024;
const JPEG_QUALITY = 0.9;

/**
 * Draws the file and resolves with a data URL: a PNG, to keep transparency, or a JPEG if the PNG is too large. Rejects
 * if the browser cannot decode the file.
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
