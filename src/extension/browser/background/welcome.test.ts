import { expect, it, vi } from 'vitest';

vi.mock('../api.ts', () => ({ browser: {} }));
const { isWelcome } = await import('./welcome.ts');

it.each([
  ['a first installation', 'install', {}, true],
  ['an installation over data of an earlier one', 'install', { record: { version: 2 } }, false],
  ['an installation over unreadable data', 'install', { record: 'broken' }, false],
  ['an installation after the page was shown', 'install', { welcomed: true }, false],
  ['an update', 'update', {}, false],
  ['an update of the browser', 'browser_update', {}, false],
])('%s', (_what, reason, stored, welcome) => {
  expect(isWelcome(reason, stored)).toBe(welcome);
});
