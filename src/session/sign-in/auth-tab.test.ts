import { expect, it } from 'vitest';
import { isReturn } from './auth-tab.ts';

const page = 'https://companion.example/auth/return';

it.each([
  [page, true],
  [`${page}?code=1&state=2`, true],
  [`${page}#x`, true],
  ['https://companion.example/auth/return/', false],
  ['https://companion.example/auth/returns?code=1', false],
  ['https://companion.example.evil.example/auth/return', false],
  ['http://companion.example/auth/return', false],
  ['https://companion.example:444/auth/return', false],
  ['https://user@companion.example/auth/return', true],
  ['about:blank', false],
  ['', false],
])('%s', (url, back) => {
  expect(isReturn(url, page)).toBe(back);
});
