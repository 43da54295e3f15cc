// Crops a picture to a square from its middle and scales it down.

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
