// Scoped keys that name their account, without real cryptography: the page of `simulatedUser` puts the uid into the
// answer.
import { FxaError } from '../../src/fxa/errors.ts';
import type { KeyExchange } from '../../src/session/ports.ts';

export const KEY_SCOPE = 'https://identity.mozilla.com/apps/notes';

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export const fakeKeys: KeyExchange = {
  newKeyRequest: () =>
    Promise.resolve({ keysJwk: base64url({ kty: 'EC', crv: 'P-256' }), privateJwk: { kty: 'EC' } }),
  openScopedKeys(keysJwe) {
    const [, , k] = keysJwe?.split('.') ?? [];
    if (k === undefined)
      return Promise.reject(new FxaError('bad_response', 'No keys came.', { reason: 'keys_missing' }));
    return Promise.resolve({ [KEY_SCOPE]: { kty: 'oct', k, kid: '1700000000-AAAAAAAAAAAAAAAAAAAAAA' } });
  },
  compareScopedKeys: () => 'same',
};

/** A page's answer to a request for keys: shaped like a JWE, with the uid in place of the IV. */
export const fakeKeysJwe = (uid: string) => ['e30', '', uid, 'AA', 'AA'].join('.');
