// What the words may not say: what is not known, or not so.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const words = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string }
>;

it('the answer to a sign-in in a tab is not said to come from a window', () => {
  const callback = Object.keys(words).filter((key) => key.startsWith('reason_callback_'));
  expect(callback).toHaveLength(6);
  expect(callback.filter((key) => /window/i.test(words[key]?.message ?? ''))).toEqual([]);
});

it('a server that does not answer in time is not said to be at fault alone', () => {
  const { error_server_unavailable: error, advice_server_unavailable: advice } = words;
  expect(`${error?.message} ${advice?.message}`).not.toMatch(/your side|has trouble/i);
  expect(advice?.message).toContain('your connection may be slow');
});

it('a command without an answer is not said to be an interrupted sign-in', () => {
  expect(words.error_unanswered?.message).not.toMatch(/sign-in/i);
});
