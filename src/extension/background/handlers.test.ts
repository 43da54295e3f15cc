import { describe, expect, it } from 'vitest';
import { readPicture } from './handlers.ts';

describe('readPicture', () => {
  it.each(['image/png', 'image/jpeg'])('reads %s, byte by byte', async (type) => {
    const picture = readPicture(`data:${type};base64,/wD+`);
    expect(picture.type).toBe(type);
    expect([...new Uint8Array(await picture.arrayBuffer())]).toEqual([255, 0, 254]);
  });

  it.each([
    '',
    'data:image/png;base64,',
    'data:image/svg+xml;base64,AAAA',
    'data:text/html;base64,AAAA',
    'data:image/png,AAAA',
    'data:image/png;base64,<svg>',
    'https://example.com/a.png',
    ' data:image/png;base64,AAAA',
  ])('refuses "%s"', (dataUrl) => {
    expect(() => readPicture(dataUrl)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error);
  });
});
