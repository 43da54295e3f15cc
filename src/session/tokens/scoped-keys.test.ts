// What becomes of the keys in a token answer, and which key code in the background gets.
import { beforeEach, describe, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import { createContext, type Context } from '../context.ts';
import { emptyRecord } from '../state/record.ts';
import type { Account } from '../state/states.ts';
import { openKeys, scopedKey } from './scoped-keys.ts';

const issuer = 'http://127.0.0.1:9';
const key = (kid: string) => ({ kty: 'oct', k: 'k', kid }) as const;

let host: Host;
beforeEach(() => {
  host = createHost();
});

function contextWith(keyScopes: object, keys?: object): Context {
  const endpoints = mockServerEndpoints(issuer);
  const config = {
    environment: 'local',
    issuer,
    clientId: 'client',
    scope: 'a',
    endpoints,
    ...keyScopes,
  } as const;
  return createContext({ ...host.start().ports, keys } as Context['ports'], config, () => Promise.resolve());
}
function signIn(id: string, keys?: object, account: Partial<Account> = {}) {
  const sealed = {
    refreshToken: `sealed:${btoa('token')}`,
    ...(keys && { keys: `sealed:${btoa(JSON.stringify(keys))}` }),
  };
  const grant = { refreshTokenId: 'id', scope: 'a', sealed };
  const session = { status: 'signedIn', id, since: 1, account: { subject: 'ada', ...account }, grant };
  host.local.set('record', { ...emptyRecord(`${issuer} client`), session });
}

describe('the keys in an answer', () => {
  const asked: (readonly string[])[] = [];
  const keys = {
    openScopedKeys: (_jwe: unknown, _key: unknown, scopes: readonly string[]) => {
      asked.push(scopes);
      return Promise.resolve({ a: key('1-a') });
    },
    compareScopedKeys: () => 'same',
  };
  const opened = { secret: { keys: JSON.stringify({ a: key('1-a') }) }, keyIds: { a: { kid: '1-a' } } };

  it('are opened where the attempt asked for keys, and only there', async () => {
    const context = contextWith({ keyScopes: ['a'] }, keys);
    expect(await openKeys(context, 'ada', 'jwe', {})).toEqual(opened);
    expect(await openKeys(context, 'ada', 'jwe', undefined)).toBeUndefined();
    expect(await openKeys(contextWith({}), 'ada', 'jwe', {})).toBeUndefined();
    expect(asked).toEqual([['a']]);
  });
});

describe('a scoped key', () => {
  it('is denied in builds that ask for none', async () => {
    await expect(scopedKey(contextWith({}), 'a')).rejects.toMatchObject({ code: 'scope_denied' });
  });

  it.each([{}, { keyIds: { b: { kid: '1-b' } } }])(
    'that the session began without asks for another sign-in, and leaves the session alone: %j',
    async (account) => {
      const context = contextWith({ keyScopes: ['a'] });
      signIn('s1', undefined, account);
      await expect(scopedKey(context, 'a')).rejects.toMatchObject({ code: 'reauth_required' });
      expect((await context.store.read()).session.status).toBe('signedIn');
    },
  );

  it('is that of the session the same account has once it was opened', async () => {
    signIn('s1', { a: key('1-a') });
    host.onCall = (when, call) => {
      if (when === 'before' && call === 'vault.open') signIn('s2', { a: key('2-a') });
    };
    const context = contextWith({ keyScopes: ['a'] });
    expect(await scopedKey(context, 'a')).toEqual({ key: key('2-a'), uid: 'ada', kid: '2-a' });
  });
});
