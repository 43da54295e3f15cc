// Which tokens are handed out, to the millisecond, and which are kept.
import { describe, expect, it } from 'vitest';
import { mockServerEndpoints, type Deployment } from '../../fxa/environments.ts';
import type { Context } from '../context.ts';
import type { CachedToken } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';
import { cachedToken as token } from '../testing/stored.ts';
import { cacheIssued, cacheToken, isFresh, mainToken, NO_OWNER, orphan, tokenScope } from './token-cache.ts';

const MINUTE = 60_000;

describe('a token is handed out', () => {
  it.each([
    ['until five minutes before its end', 60, 55],
    ['until a tenth before the end of a short lifetime', 10, 9],
  ])('%s', (_until, minutes, fresh) => {
    const receivedAt = 1000 * MINUTE;
    const cached = token({ receivedAt, expiresAt: receivedAt + minutes * MINUTE });
    expect(isFresh(cached, receivedAt + fresh * MINUTE - 1)).toBe(true);
    expect(isFresh(cached, receivedAt + fresh * MINUTE)).toBe(false);
  });

  it('unless it was received a minute ahead of the clock', () => {
    expect(isFresh(token(), 1 - MINUTE)).toBe(true);
    expect(isFresh(token(), -MINUTE)).toBe(false);
  });
});

it('the main token is the newest of the session that covers its whole grant, without openid', () => {
  const session = { id: 's1', grant: { scope: 'openid profile' } } as SignedIn;
  const [older, newest] = [token({ token: 'older' }), token({ token: 'newest' })];
  const others = [token({ owner: 's2' }), token({ scope: 'profile:email' }), token({ owner: NO_OWNER })];
  expect(mainToken([older, newest, ...others], session)).toBe(newest);
  expect(mainToken(others, session)).toBeUndefined();
});

describe('the cache', () => {
  function cacheOf(tokens: readonly CachedToken[]) {
    const cache = { tokens, history: [] as (typeof tokens)[] };
    const updateTokens = (change: (before: typeof tokens) => typeof tokens) => {
      cache.tokens = change(cache.tokens);
      cache.history.push(cache.tokens);
      return Promise.resolve();
    };
    const context = { ports: { now: () => 0 }, config: { issuer: 'i' }, store: { updateTokens } };
    return { cache, context: context as unknown as Context };
  }
  const answer = { accessToken: 'new', scope: 'profile', expiresIn: 3600 };
  const added = token({ token: 'new' });

  it('orphans what has expired when a token is added, and nothing else', async () => {
    const live = token({ token: 'live', expiresAt: 1 });
    const expired = token({ token: 'expired', expiresAt: 0 });
    const { cache, context } = cacheOf([live, expired]);
    expect(await cacheToken(context, 's1', answer)).toEqual(added);
    expect(cache.tokens).toEqual([live, { ...expired, owner: NO_OWNER }, added]);
  });

  it('replaces a token that was added before, as one that was not validated then', async () => {
    const { cache, context } = cacheOf([token({ token: 'new', scope: '' }), token({ token: 'other' })]);
    await cacheToken(context, 's1', answer);
    expect(cache.tokens).toEqual([token({ token: 'other' }), added]);
  });

  it('keeps a hundred tokens besides the new one, and drops the oldest', async () => {
    const many = Array.from({ length: 101 }, (_, index) => token({ token: `t${index}` }));
    const { cache, context } = cacheOf(many);
    await cacheToken(context, 's1', answer);
    expect(cache.tokens).toEqual([...many.slice(1), added]);
  });

  it('orphans a refused token alone', async () => {
    const other = token({ token: 'other' });
    const { cache, context } = cacheOf([token(), other]);
    await orphan(context, 't');
    expect(cache.tokens).toEqual([token({ owner: NO_OWNER }), other]);
  });

  describe('of an answer to a refresh', () => {
    const session = { id: 's1', account: { subject: 'ada' } } as SignedIn;
    const issued = { access_token: 'new', token_type: 'bearer', scope: 'profile', expires_in: 3600 };
    const ask = (context: Context, members: object, { ephemeral = false, dialect = {} } = {}) => {
      const endpoints = { ...mockServerEndpoints('http://127.0.0.1:9'), ...dialect };
      const deployment = { name: 'local', clientId: 'client', endpoints } as Deployment;
      const answer = { ...issued, ...members };
      return cacheIssued(context, session, { deployment, answer }, { scope: 'profile', ephemeral });
    };

    it('holds the token before it is validated, when it can do nothing yet', async () => {
      const { cache, context } = cacheOf([]);
      expect(await ask(context, {})).toEqual(added);
      expect(cache.history).toEqual([[{ ...added, scope: '' }], [added]]);
    });

    it('never hands out a token for one use', async () => {
      const { cache, context } = cacheOf([]);
      expect(await ask(context, {}, { ephemeral: true })).toEqual(added);
      expect(cache.tokens).toEqual([{ ...added, scope: '' }]);
    });

    it('orphans the token of an answer that is rejected', async () => {
      const { cache, context } = cacheOf([]);
      await expect(ask(context, { token_type: 'mac' })).rejects.toMatchObject({ code: 'bad_response' });
      expect(cache.tokens).toEqual([{ ...added, scope: '', owner: NO_OWNER }]);
    });

    it('holds nothing of an answer without a token', async () => {
      const { cache, context } = cacheOf([]);
      await expect(ask(context, { access_token: undefined })).rejects.toMatchObject({ code: 'bad_response' });
      expect(cache.tokens).toEqual([]);
    });

    it('checks the id_token of a server of the standards alone', async () => {
      const { context } = cacheOf([]);
      const odd = { id_token: 'nonsense' };
      await expect(ask(context, odd)).resolves.toEqual(added);
      await expect(ask(context, odd, { dialect: { dialect: 'oauth2' } })).rejects.toMatchObject({
        reason: 'id_token_malformed',
      });
    });
  });
});

it('a scope has one form, sorted and without openid, and each part must be valid', () => {
  expect(tokenScope('profile:uid openid profile:email')).toBe('profile:email profile:uid');
  expect(() => tokenScope('profile:email :write')).toThrow(
    expect.objectContaining({ code: 'invalid_request', parameter: 'scope' }),
  );
});
