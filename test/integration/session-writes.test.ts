// Changing name and picture through the session: where the grant reaches, and with what comes of it in the view.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, SCOPE, type Harness } from './harness.ts';

/** One black pixel. */
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);

let harness: Harness;
afterEach(() => harness.stop());

function countRequests() {
  const sent = { count: 0 };
  const network = harness.host.fetch;
  harness.host.fetch = (...request) => {
    sent.count++;
    return network(...request);
  };
  return sent;
}

describe('with the scopes for it', () => {
  beforeEach(async () => {
    harness = await createHarness('today', {
      scope: `${SCOPE} profile:display_name:write profile:avatar:write`,
    });
    await harness.session.signIn();
  });

  it('changes the name here and at Mozilla accounts', async () => {
    await harness.session.changeDisplayName('Countess of Lovelace');
    expect(harness.view().account?.displayName).toBe('Countess of Lovelace');
    expect(harness.mock.store.accounts.byEmail('ada@example.com')?.displayName).toBe('Countess of Lovelace');
  });

  it('changes the picture here and at Mozilla accounts', async () => {
    const before = harness.view().account?.avatar;
    await harness.session.changeAvatar(PNG);
    expect(harness.view().account?.avatar).toMatch(/^http/);
    expect(harness.view().account?.avatar).not.toBe(before);
  });

  it('sends no name or picture that Mozilla accounts would refuse', async () => {
    const sent = countRequests();
    await expect(harness.session.changeDisplayName('two\nlines')).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(harness.session.changeAvatar(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(sent.count).toBe(0);
  });

  it('refreshes a refused token once', async () => {
    for (const { id } of harness.mock.store.liveAccessTokens({}))
      harness.mock.store.tokens.removeAccessToken(id);
    await harness.session.changeDisplayName('Ada again');
    expect(harness.view().account?.displayName).toBe('Ada again');
  });
});

it('sends nothing without the scope', async () => {
  harness = await createHarness('today');
  await harness.session.signIn();
  const sent = countRequests();
  await expect(harness.session.changeDisplayName('Grace')).rejects.toMatchObject({ code: 'scope_denied' });
  expect(sent.count).toBe(0);
  await harness.session.signOut();
  await expect(harness.session.changeDisplayName('Grace')).rejects.toMatchObject({ code: 'signed_out' });
});
