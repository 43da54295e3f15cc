import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { Refusal } from './refusal.ts';
import { crafted } from './testing/crafted.ts';
import { misclaimed } from './testing/misclaimed.ts';
import { CLIENTS, EVENT, FIREFOX, ISSUER, JTI, NOW, SUB, claims, set, signer } from './testing/tokens.ts';
import { createSetVerifier } from './verify-set.ts';

const good = signer('20261121-good');
const stranger = signer('20261121-stranger');

let visits = 0;
const listener = createServer((_request, response) => {
  visits += 1;
  response.end(JSON.stringify({ keys: [stranger.jwk] }));
});
await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
const keyUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/jwks`;
afterAll(() => listener.close());

const asked = new Set<unknown>();
const verify = createSetVerifier({
  issuer: ISSUER,
  clients: CLIENTS,
  findKey: (kid) => {
    asked.add(kid);
    if (kid !== good.kid) throw new Refusal('key');
    return good.publicKey;
  },
  now: () => NOW,
});
const outcome = (token: string) =>
  verify(token).then(
    () => 'accepted' as const,
    (error: unknown) => {
      if (error instanceof Refusal) return error.reason;
      throw error;
    },
  );

const joseKeys = createLocalJWKSet({ keys: [good.jwk] });
const acceptedByJose = (token: string) =>
  jwtVerify(token, joseKeys, {
    algorithms: ['RS256'],
    issuer: [ISSUER, `${ISSUER}/`],
    audience: [...CLIENTS.keys()],
    clockTolerance: 60,
    currentDate: new Date(NOW),
  }).then(
    () => true,
    () => false,
  );

const tokens = [...crafted(good, stranger, keyUrl), ...misclaimed(good)];

describe('crafted tokens', () => {
  it('cover many cases', () => {
    expect(tokens.length).toBeGreaterThan(130);
    expect(new Set(tokens.map(({ token }) => token)).size).toBeGreaterThan(130);
  });

  it.each(tokens)('$is: $what', async ({ token, is }) => {
    expect(await outcome(token)).toBe(is);
    if (is === 'accepted') expect(await acceptedByJose(token)).toBe(true);
  });

  it('cause lookups only for plausible key ids', () => {
    expect(asked).toContain(good.kid);
    const odd = [...asked].filter((kid) => typeof kid !== 'string' || kid === '' || kid.length > 256);
    expect(odd).toEqual([]);
  });

  it('cause no request to a key URL in a header', () => {
    expect(visits).toBe(0);
  });

  it('are partly accepted by jose, which does not know the rules of a SET', async () => {
    const refused = tokens.filter(({ is }) => is !== 'accepted');
    const believed = await Promise.all(refused.map(({ token }) => acceptedByJose(token)));
    expect(believed.filter(Boolean).length).toBeGreaterThan(20);
  });
});

it('returns the content of the token', async () => {
  const aud = FIREFOX.clientId;
  const two = {
    [`${EVENT}password-change`]: { changeTime: NOW / 1000 - 5 },
    [`${EVENT}unheard-of`]: {},
    [`${EVENT}profile-change`]: { email: 'ada@example.com', uid: 'x' },
  };
  expect(await verify(set(good, claims({ aud, events: two })))).toEqual({
    client: FIREFOX,
    subject: SUB,
    jti: JTI,
    issuedAt: NOW - 1500,
    events: [{ kind: 'password_change', changedAt: NOW - 5000 }, { kind: 'profile_change' }],
    unknownEvents: 1,
  });
});

it('takes a subject of any form from a server of the standards, and of FxA’s from FxA', async () => {
  const token = set(good, claims({ sub: 'a-person' }));
  const findKey = () => good.publicKey;
  const policy = { issuer: ISSUER, clients: CLIENTS, findKey, now: () => NOW };
  const standard = createSetVerifier({ ...policy, dialect: () => 'oauth2' });
  expect(await standard(token)).toMatchObject({ subject: 'a-person' });
  await expect(createSetVerifier(policy)(token)).rejects.toMatchObject({ reason: 'subject' });
});

it('throws errors without any part of the token', async () => {
  const canary = 'canary@example.com';
  for (const change of [{ iss: canary }, { sub: canary }, { events: { [canary]: canary } }]) {
    const error: unknown = await verify(set(good, claims(change))).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Refusal);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('canary');
  }
});

describe('a modified token', () => {
  const ordinary = set(good);

  it('is refused after any changed character', async () => {
    const character = fc.string({
      unit: fc.constantFrom('A', 'z', '0', '-', '_', '=', '.', '+', '/', ' ', '\n'),
      minLength: 1,
      maxLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(ordinary.length - 1), character, async (at, by) => {
        const changed = ordinary.slice(0, at) + by + ordinary.slice(at + 1);
        fc.pre(changed !== ordinary);
        expect(await outcome(changed)).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('is never accepted where jose refuses it', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('RS256', good.kid, ISSUER, NOW / 1000),
    );
    const header = fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku'), value);
    const change = fc.dictionary(
      fc.constantFrom('iss', 'aud', 'sub', 'jti', 'iat', 'exp', 'nbf', 'events'),
      value,
    );
    await fc.assert(
      fc.asyncProperty(header, change, async (header, change) => {
        const token = set(good, claims(change), header);
        if ((await outcome(token)) === 'accepted') expect(await acceptedByJose(token)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
