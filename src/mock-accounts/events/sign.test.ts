// Security event tokens equal those of the broker.
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createKeys } from '../keys.ts';
import { createSigner } from './sign.ts';

const keys = createKeys(Date.now);
const NOW = 1_795_240_445_123;
const origin = 'http://127.0.0.1:9720';
const sign = createSigner({ origin, keys, now: () => NOW });
const about = { clientId: 'a1b2c3d4e5f60001', uid: 'ab'.repeat(16), event: 'delete-user', payload: {} };

async function verified(token: string) {
  const jwks = createLocalJWKSet({ keys: await keys.published() });
  return jwtVerify(token, jwks, { currentDate: new Date(NOW) });
}

describe('a SET', () => {
  it('has two header members, six claims, a fractional iat, and a published key', async () => {
    const { payload, protectedHeader } = await verified(await sign(about));
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: (await keys.active()).kid });
    expect(payload).toEqual({
      iss: origin,
      sub: about.uid,
      aud: about.clientId,
      iat: 1_795_240_445.123,
      jti: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ) as string,
      events: { 'https://schemas.accounts.firefox.com/event/delete-user': {} },
    });
  });

  it('differs each time', async () => {
    const [first, second] = await Promise.all([sign(about), sign(about)]);
    expect((await verified(first)).payload.jti).not.toBe((await verified(second)).payload.jti);
  });

  it('accepts any URI as an event', async () => {
    const { payload } = await verified(await sign({ ...about, event: 'urn:x:new', payload: { a: 1 } }));
    expect(payload.events).toEqual({ 'urn:x:new': { a: 1 } });
  });

  it('signed with a wrong key names the published key, and does not verify', async () => {
    const token = await sign({ ...about, wrongKey: true });
    expect(decodeProtectedHeader(token).kid).toBe((await keys.active()).kid);
    await expect(verified(token)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  });

  it('overrides claims and headers, and omits undefined ones', async () => {
    const token = await sign({
      ...about,
      claims: { aud: 'x', jti: undefined },
      header: { typ: 'at+jwt', kid: undefined },
    });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt' });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ aud: 'x', iss: origin });
    expect(claims).not.toHaveProperty('jti');
  });
});
