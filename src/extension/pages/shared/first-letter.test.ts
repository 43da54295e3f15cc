import { expect, it } from 'vitest';
import { firstLetter } from './first-letter.ts';

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
