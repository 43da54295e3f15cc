import { expect, it, vi } from 'vitest';

vi.mock('../api.ts', () => ({ browser: {} }));
const { isWelcome } = await import('./welcome.ts');

it.each([
  ['a first installation', 'install', {}, true],
  ['an installation over what a former one left', 'install', { record: { version: 2 } }, false],
  ['one over what cannot be read', 'install', { record: 'broken' }, false],
  ['one where nobody has done anything since the page', 'install', { welcomed: true }, false],
  ['an update', 'update', {}, false],
  ['an update of the browser', 'browser_update', {}, false],
])('%s', (_what, reason, stored, welcome) => {
  expect(isWelcome(reason, stored)).toBe(welcome);
});
