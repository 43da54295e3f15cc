// What `/v1/oauth/authorization` and the token endpoints demand today, and did not in 2023.
import { describe, expect, it } from 'vitest';
import type { Era } from '../../src/mock-accounts/era.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';
import { faultyKeys, fresh } from '../../src/mock-accounts/testing/fresh.ts';

const HEX = 'ab'.repeat(32);
/** Longer than 256 characters, each of its scopes but for the first implied by it. */
const LONG = `profile ${'profile:email '.repeat(20)}`.trim();

/** Asks for a code, by default half an hour after the sign-in. */
async function authorize(era: Era, more: object, { clock, driver } = fresh(era)) {
  const session = driver.bearer(await driver.signIn());
  clock.now += 1_800_000;
  const pkce = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
  const request = { client_id: TEST_CLIENT, scope: 'profile', state: 's', ...pkce, ...more };
  return driver.post('/v1/oauth/authorization', request, session);
}

describe('asking for a code', () => {
  it.each([
    [{ prompt: 'foo' }, ['prompt']],
    [{ prompt: '' }, ['prompt']],
    [{ max_age: 'x' }, ['max_age']],
    [{ scope: LONG }, ['scope']],
  ])('today refuses %j, which 2023 overlooked', async (more, keys) => {
    const { status, body } = await authorize('today', more);
    expect([status, body.errno, faultyKeys(body)]).toEqual([400, 107, keys]);
    expect((await authorize('2023', more)).status).toBe(200);
  });

  it.each([
    { prompt: 'none' },
    { prompt: 'login' },
    { prompt: 'consent' },
    { max_age: null },
    { max_age: 1795 },
  ])('today takes %j', async (more) => {
    expect((await authorize('today', more)).status).toBe(200);
  });

  it('today demands a sign-in no older than max_age, and tells the level found', async () => {
    const { status, body } = await authorize('today', { max_age: 1794 });
    expect([status, body.errno, body.foundValue]).toEqual([400, 170, '1']);
    expect((await authorize('2023', { max_age: 1794 })).status).toBe(200);
  });

  it('a scope of more than 256 characters was too long in 2019, too', async () => {
    expect(faultyKeys((await authorize('2019', { scope: LONG })).body)).toEqual(['scope']);
  });
});

describe.each(['/v1/token', '/v1/oauth/token'])('at %s', (path) => {
  const exchange = {
    client_id: TEST_CLIENT,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: HEX,
    subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    scope: 'https://identity.mozilla.com/apps/relay',
  };
  const isAuth = path.includes('oauth');
  const [invalid, dead] = isAuth ? [107, 110] : [109, 108];

  it('today knows the exchange of tokens, which is Firefox’s alone', async () => {
    const { driver } = fresh('today');
    expect((await driver.post(path, exchange)).body.errno).toBe(dead);
    const { refresh_token: held } = await driver.tokens();
    const refused = await driver.post(path, { ...exchange, subject_token: held });
    // FxA: the auth server has no number for it.
    expect([refused.status, refused.body.errno]).toEqual(isAuth ? [500, 999] : [401, 111]);
  });

  it.each(['subject_token', 'subject_token_type', 'scope'])('an exchange needs %s', async (name) => {
    const { driver } = fresh('today');
    const request = Object.fromEntries(Object.entries(exchange).filter(([key]) => key !== name));
    const { body } = await driver.post(path, request);
    expect([body.errno, faultyKeys(body)]).toEqual([invalid, [isAuth ? '' : name]]);
  });

  it('2023 knows no such grant', async () => {
    const { driver } = fresh('2023');
    const { body } = await driver.post(path, exchange);
    expect([body.errno, faultyKeys(body)]).toEqual([invalid, [isAuth ? '' : 'grant_type']]);
  });

  it('only today’s servers limit the scope of a refresh to 256 characters', async () => {
    const answers = await Promise.all(
      (['2023', 'today'] as const).map(async (era) => {
        const { driver } = fresh(era);
        const { refresh_token } = await driver.tokens();
        const request = { client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token, scope: LONG };
        return (await driver.post(path, request)).body;
      }),
    );
    expect(answers.map(({ scope, errno }) => scope ?? errno)).toEqual(['profile', invalid]);
  });
});

it('an exchange at /v1/oauth/token names no client', async () => {
  const { driver } = fresh('today');
  const request = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: HEX,
    subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    scope: 'profile',
  };
  expect((await driver.post('/v1/oauth/token', request)).body.errno).toBe(110);
  expect(faultyKeys((await driver.post('/v1/token', request)).body)).toEqual(['client_id']);
});
