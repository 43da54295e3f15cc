// The settings pages: connected services, password, deletion, sign-out.
import { beforeEach, describe, expect, it } from 'vitest';
import { fresh } from '../../src/mock-accounts/testing/fresh.ts';
import { type Browser, requestPath as query } from '../../src/mock-accounts/testing/browse.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

let { mock, driver, page } = fresh('today');
beforeEach(() => {
  ({ mock, driver, page } = fresh('today'));
});

const password = 'correct horse';
const browse: Browser['open'] = (path, form, headers) => page.open(path, form, headers);
const signIn = (path = query(), email = 'ada@example.com') => page.signIn(path, email);

describe('settings', () => {
  const settings = (form?: Record<string, string>) => browse('/settings', form);

  it('need a sign-in', async () => {
    expect((await settings()).html).toContain('to continue to <strong>account settings</strong>');
    expect(
      (await browse('/signin', { intent: 'signin', email: 'ada@example.com', password })).html,
    ).toContain('Connected services');
  });

  it('list what is connected, and disconnect it', async () => {
    await signIn();
    await driver.tokens();
    expect((await settings()).html).toContain('>Disconnect</button>');
    const after = await settings({ intent: 'disconnect', client_id: TEST_CLIENT });
    expect(after.html).toContain('Nothing is connected');
    expect(mock.store.liveGrants()).toEqual([]);
    expect(mock.store.liveAccessTokens()).toEqual([]);
  });

  it('change the password, which kills the grants of public clients', async () => {
    await signIn();
    await driver.tokens();
    const change = { intent: 'change-password', new_password: 'another horse' };
    expect((await settings({ ...change, password: 'no' })).alert).toBe('Incorrect password');
    expect((await settings({ ...change, password, new_password: 'short' })).alert).toContain('at least 8');
    expect((await settings({ ...change, password })).html).toContain('Nothing is connected');
    expect((await driver.post('/v1/account/login', { email: 'ada@example.com', password })).body.errno).toBe(
      103,
    );
  });

  it('delete the account', async () => {
    await signIn();
    expect((await settings({ intent: 'delete-account', password: 'no' })).alert).toBe('Incorrect password');
    expect((await settings({ intent: 'delete-account', password })).html).toContain('name="password"');
    expect(mock.store.accounts.byEmail('ada@example.com')).toBeUndefined();
  });

  it('sign out', async () => {
    await signIn();
    await settings({ intent: 'sign-out' });
    expect((await browse(query())).html).toContain('name="password"');
  });
});
