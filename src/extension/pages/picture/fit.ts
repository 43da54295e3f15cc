// How a picture is cut and scaled before it is sent: a square from its middle, no larger than it needs to be.

/** Pixels. What is shown is a small circle; more would only be sent. */
const LARGEST_SIDE = 600;

export interface Fit {
  /** The square that is taken, in pixels of the picture. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** What it is scaled to. A small picture stays as it is. */
  readonly size: number;
}

/** Pure. */
export function fit(width: number, height: number): Fit {
  const side = Math.min(width, height);
  return {
    left: Math.floor((width - side) / 2),
    top: Math.floor((height - side) / 2),
    side,
    size: Math.min(side, LARGEST_SIDE),
  };
}

/** The bytes behind a data URL in base64. Pure. */
export function bytesIn(dataUrl: string): number {
  const base64 = dataUrl.slice(dataUrl.indexOf(',') + 1);
  return (base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0);
}
