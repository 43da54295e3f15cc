// Changing name and picture through the session: where the grant reaches, and with what comes of it in the view.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, SCOPE, type Harness } from './harness.ts';

/** One black pixel. */
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABc3UBGAAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);

let world: Harness;
afterEach(() => world.stop());

function countRequests() {
  const sent = { count: 0 };
  const network = world.host.fetch;
  world.host.fetch = (...request) => {
    sent.count++;
    return network(...request);
  };
  return sent;
}

describe('with the scopes for it', () => {
  beforeEach(async () => {
    world = await createHarness('today', {
      scope: `${SCOPE} profile:display_name:write profile:avatar:write`,
    });
    await world.session.signIn();
  });

  it('changes the name here and at Mozilla accounts', async () => {
    await world.session.changeDisplayName('Countess of Lovelace');
    expect(world.view().account?.displayName).toBe('Countess of Lovelace');
    expect(world.mock.store.accounts.byEmail('ada@example.com')?.displayName).toBe('Countess of Lovelace');
  });

  it('changes the picture here and at Mozilla accounts', async () => {
    const before = world.view().account?.avatar;
    await world.session.changeAvatar(PNG);
    expect(world.view().account?.avatar).toMatch(/^http/);
    expect(world.view().account?.avatar).not.toBe(before);
  });

  it('sends no name or picture that Mozilla accounts would refuse', async () => {
    const sent = countRequests();
    await expect(world.session.changeDisplayName('two\nlines')).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(world.session.changeAvatar(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(sent.count).toBe(0);
  });

  it('refreshes a refused token once', async () => {
    for (const { id } of world.mock.store.liveAccessTokens({})) world.mock.store.tokens.removeAccessToken(id);
    await world.session.changeDisplayName('Ada again');
    expect(world.view().account?.displayName).toBe('Ada again');
  });
});

it('sends nothing without the scope', async () => {
  world = await createHarness('today');
  await world.session.signIn();
  const sent = countRequests();
  await expect(world.session.changeDisplayName('Grace')).rejects.toMatchObject({ code: 'scope_denied' });
  expect(sent.count).toBe(0);
  await world.session.signOut();
  await expect(world.session.changeDisplayName('Grace')).rejects.toMatchObject({ code: 'signed_out' });
});
