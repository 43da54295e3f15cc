import { describe, expect, it } from 'vitest';
import { firstLetter, visibleName } from './name.ts';

/** Invisible characters, alone and repeated. */
const BLANK: Readonly<Record<string, string>> = {
  nothing: '',
  spaces: ' \u00a0\u2003\u3000\u1680',
  'zero-width space': '\u200b',
  'zero-width joiner and non-joiner': '\u200d\u200c',
  'word joiner and invisible operators': '\u2060\u2061\u2062\u2063\u2064',
  'byte order mark': '\ufeff',
  'soft hyphen': '\u00ad',
  'Hangul fillers': '\u115f\u1160\u3164\uffa0',
  'a Braille pattern without dots': '\u2800',
  'Khmer inherent vowels': '\u17b4\u17b5',
  'Mongolian separators': '\u180b\u180e',
  'variation selectors': '\ufe0f\u{e0100}',
  'tag characters': '\u{e0001}\u{e0041}\u{e007f}',
  'musical format characters': '\u{1d173}\u{1d17a}',
  'a null notehead': '\u{1d159}',
  'a full blank of Egyptian hieroglyphs': '\u{13441}\u{13442}',
  'bidi controls': '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c',
  'line and paragraph separators': '\u2028\u2029\u0085\n\t',
  'a combining grapheme joiner': '\u034f',
  'an accent without a letter': '\u0301',
  'half of a surrogate pair': '\ud83d',
  'an object replacement character': '\ufffc',
  noncharacters: '\ufffe\uffff\u{1fffe}',
};

describe.each(Object.entries(BLANK))('%s', (_what, blank) => {
  it('is not a name, and has no first letter', () => {
    expect(visibleName(blank.repeat(3))).toBeUndefined();
    expect(firstLetter(blank)).toBe('?');
  });

  it('before a name does not change its first letter', () => {
    expect(firstLetter(`${blank}ada`)).toBe('A');
  });
});

it('treats every default-ignorable character of Unicode as no name', () => {
  const ignored = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code)).filter((one) =>
    /\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{Z}/u.test(one),
  );
  expect(ignored.length).toBeGreaterThan(4000);
  expect(ignored.filter((one) => visibleName(one) !== undefined)).toEqual([]);
});

it('removes direction controls, which could make a name look like another', () => {
  const controls = ['\u202e', '\u202d', '\u202a', '\u202b', '\u202c', '\u2066', '\u2067', '\u2068', '\u2069'];
  for (const control of controls) expect(visibleName(`Ada${control} moc.elpmaxe`)).toBe('Ada moc.elpmaxe');
  expect(visibleName('Ada\u2029Lin')).toBe('Ada Lin');
});

it.each(['Ada', 'محمد', 'می‌خواهم', '👩‍🔬', '❤️', 'é', 'न्', '李', '½', '-', '\u{e123}x'])(
  'the name %s stays as it is',
  (name) => {
    expect(visibleName(name)).toBe(name);
  },
);

it.each([
  ['Ada Lovelace', 'A'],
  ['  lin', 'L'],
  ['élodie'.normalize('NFD'), 'É'.normalize('NFD')],
  ['👩‍🔬 Rosalind', '👩‍🔬'],
  ['محمد', 'م'],
  ['', '?'],
])('the letter for %j is %s', (name, letter) => {
  expect(firstLetter(name)).toBe(letter);
});
