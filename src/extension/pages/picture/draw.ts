// Converts an image file with a canvas: crops it to a square from its middle and scales it down.

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

/** Pixels. Pictures are shown as small circles, so more is not needed. */
const LARGEST_SIDE = 600;

export interface Fit {
  /** The cropped square, in source pixels. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** The size after scaling. Small pictures are not enlarged. */
  readonly size: number;
}

/** The crop and scale for a picture of this size. Pure. */
export function fit(width: number, height: number): Fit {
  const side = Math.min(width, height);
  return {
    left: Math.floor((width - side) / 2),
    top: Math.floor((height - side) / 2),
    side,
    size: Math.min(side, LARGEST_SIDE),
  };
}

/** The number of bytes in a base64 data URL. Pure. */
export function bytesIn(dataUrl: string): number {
  const base64 = dataUrl.slice(dataUrl.indexOf(',') + 1);
  return (base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0);
}
