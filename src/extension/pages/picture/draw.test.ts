import { expect, it } from 'vitest';
import { bytesIn, fit } from './draw.ts';

it.each([
  ['wide', 1600, 900, { left: 350, top: 0, side: 900, size: 600 }],
  ['tall', 601, 2001, { left: 0, top: 700, side: 601, size: 600 }],
  ['small', 64, 48, { left: 8, top: 0, side: 48, size: 48 }],
])('crops a %s picture to its middle', (_kind, width, height, expected) => {
  expect(fit(width, height)).toEqual(expected);
});

it.each([0, 1, 2, 3, 4, 1000])('counts %d bytes in base64', (length) => {
  const base64 = btoa('\0'.repeat(length));
  expect(bytesIn(`data:image/png;base64,${base64}`)).toBe(length);
});
