// `npm run icons` makes every picture there is, each in its size.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ICON_FILES } from '../../scripts/pictures/icon-files.ts';

it('every picture in public/icons is one that npm run icons draws, and none is missing', () => {
  const pictures = readdirSync('public/icons').filter((name) => name.endsWith('.png'));
  expect(ICON_FILES.map(({ file }) => file.replace('public/icons/', '')).sort()).toEqual(pictures.sort());
});

it.each(ICON_FILES)('$file has its size, and a drawing', ({ file, drawing, size }) => {
  const png = readFileSync(file);
  // The header chunk: width, then height.
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  expect(readFileSync(drawing, 'utf8')).toContain('<svg');
});
