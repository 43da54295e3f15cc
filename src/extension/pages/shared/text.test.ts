import { expect, it, vi } from 'vitest';

const ENGLISH = { language: 'en', wait_one: 'one: $1', wait_other: 'other: $1' };
const ARABIC = { language: 'ar-EG', wait_two: 'two: $1', wait_few: 'few: $1', wait_other: 'other: $1' };
let messages: Record<string, string> = ENGLISH;

vi.mock('../../browser/i18n.ts', () => ({
  words: (key: string, ...given: string[]) => messages[key]?.replace('$1', given[0] ?? ''),
}));
const { plural } = await import('./text.tsx');

it.each([
  ['English', ENGLISH, 1, 'one: 1'],
  ['English', ENGLISH, 2, 'other: 2'],
  ['English', ENGLISH, 1234, 'other: 1,234'],
  ['Arabic', ARABIC, 2, 'two: ٢'],
  ['Arabic', ARABIC, 5, 'few: ٥'],
  ['Arabic, for a form without words', ARABIC, 11, 'other: ١١'],
])('in %s, with the digits of the language: $2', (_language, words, count, sentence) => {
  messages = words;
  expect(plural('wait', count)).toBe(sentence);
});
