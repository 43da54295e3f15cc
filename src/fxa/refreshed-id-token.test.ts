// The id_token in the answer to a refresh: of the same issuer, subject and client as at the sign-in, or refused.
import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { checkRefreshedIdToken, unverifiedSubject } from './id-token.ts';
import { CLIENT_ID, failure, oauth2, ORIGIN } from './testing/deployment.ts';

const SUBJECT = 'ab'.repeat(16);
const check = (changed: object) => {
  const claims = { iss: ORIGIN, sub: SUBJECT, aud: CLIENT_ID, iat: 1795240445, exp: 1795240745, ...changed };
  checkRefreshedIdToken(oauth2(), new UnsecuredJWT(claims).encode(), SUBJECT);
};

describe('the id_token of a refresh', () => {
  it('may be missing', () => {
    expect(() => {
      checkRefreshedIdToken(oauth2(), undefined, SUBJECT);
    }).not.toThrow();
  });

  it.each([
    ['as at the sign-in', {}],
    ['with a slash at the end of the issuer', { iss: `${ORIGIN}/` }],
    ['with the client in a list', { aud: [CLIENT_ID], azp: CLIENT_ID }],
  ])('is accepted %s', (_what, changed) => {
    expect(() => {
      check(changed);
    }).not.toThrow();
  });

  it.each([
    ['another issuer', 'id_token_issuer', { iss: 'https://evil.example' }],
    ['a number as issuer', 'id_token_issuer', { iss: 7 }],
    ['no issuer', 'id_token_issuer', { iss: undefined }],
    ['another subject', 'id_token_subject', { sub: 'ba'.repeat(16) }],
    ['no subject', 'id_token_malformed', { sub: undefined }],
    ['another audience', 'id_token_audience', { aud: 'ffffffffffffffff' }],
    ['another audience beside the client', 'id_token_audience', { aud: [CLIENT_ID, 'ffffffffffffffff'] }],
    ['no audience', 'id_token_audience', { aud: undefined }],
    ['an empty list as audience', 'id_token_audience', { aud: [] }],
    ['another authorized party', 'id_token_audience', { azp: 'ffffffffffffffff' }],
  ])('is refused with %s', async (_what, reason, changed) => {
    expect(await failure(() => check(changed))).toMatchObject({ code: 'bad_response', reason });
  });

  it.each([7, null, '', 'nonsense', 'a.b.c'])('is refused where it is no token (%j)', async (idToken) => {
    const refused = failure(() => checkRefreshedIdToken(oauth2(), idToken, SUBJECT));
    expect(await refused).toMatchObject({ code: 'bad_response', reason: 'id_token_malformed' });
  });
});

it.each([
  ['a token', new UnsecuredJWT({ sub: SUBJECT }).encode(), SUBJECT],
  ['a token with a number as subject', new UnsecuredJWT({ sub: 7 as never }).encode(), undefined],
  ['no token', undefined, undefined],
  ['nonsense', 'nonsense', undefined],
])('the subject that an id_token claims is read from %s, or undefined', (_what, idToken, subject) => {
  expect(unverifiedSubject(idToken)).toBe(subject);
});
