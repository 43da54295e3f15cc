// Exchanges made up from what is known of the servers, for what other recordings may hold and ours do not.
import { expect } from 'vitest';
import type { Era } from '../../src/mock-accounts/era.ts';
import { compared } from './compared.ts';
import type { Exchange, RecordedRequest } from './exchange.ts';
import { readRecording } from './replay.ts';

export const PUBLIC = '0123456789abcdef';
export const ANN = 'aa'.repeat(16);
export const BEN = 'bb'.repeat(16);
export const VERIFIER = 'v'.repeat(43);
export const REDIRECT = 'https://rp.example.com/';

/** A token, code or secret of its own for each letter. */
export const hex = (letter: string): string => letter.repeat(64);

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token as it stands in a recording: it cannot be verified here. */
export const jwt = (header: object, claims: object): string =>
  `${encoded({ alg: 'RS256', kid: '20261128-9203253c', ...header })}.${encoded(claims)}.${'A'.repeat(342)}`;

/** An id_token of an account, of a sign-in of as many steps. */
export const idToken = (sub: string, steps: 1 | 2 = 1): string =>
  jwt(
    { typ: 'JWT' },
    {
      sub,
      aud: PUBLIC,
      iss: 'http://127.0.0.1:9430',
      iat: 1_795_833_621,
      exp: 1_795_833_921,
      at_hash: 'v1LqM7KGtNMDMyJYbHO7Ud',
      amr: steps === 2 ? ['pwd', 'otp'] : ['pwd', 'email'],
      'fxa-aal': steps,
      acr: `AAL${steps}`,
      auth_time: 1_795_833,
    },
  );

/** A JWT access token. */
export const accessJwt = (sub: string, life: number): string =>
  jwt(
    { typ: 'at+JWT' },
    {
      iss: 'http://127.0.0.1:9430',
      aud: PUBLIC,
      client_id: PUBLIC,
      iat: 1_795_833_621,
      exp: 1_795_833_621 + life,
      jti: hex('9'),
      scope: 'profile',
      sub,
      'fxa-profileChangedAt': 1_795_833_619_374,
    },
  );

const DOCUMENTATION = 'https://mozilla.github.io/ecosystem-platform/api#section';
/** An error of the OAuth paths in 2023. */
export const oauthError = (errno: number, message: string, more: object = {}): object => ({
  code: 400,
  errno,
  error: 'Bad Request',
  message,
  info: `${DOCUMENTATION}/Errors`,
  ...more,
});
/** An error of the auth server's paths in 2023. */
export const authError = (errno: number, message: string, more: object = {}): object => ({
  ...oauthError(errno, message),
  info: `${DOCUMENTATION}/Response-format`,
  ...more,
});

let counted = 0;
/** An exchange: what is sent in JSON, or as a bearer, or nothing. Its status is the `code` of an error, else 200. */
export function exchange(
  title: string,
  path: string,
  sent: Readonly<Record<string, unknown>> | undefined,
  answer: object | '',
  more: Partial<RecordedRequest> & { readonly status?: number; readonly location?: string } = {},
): Exchange {
  const { status = answer !== '' && 'code' in answer ? answer.code : 200, location, ...request } = more;
  const bearer = sent?.bearer;
  const json = { 'content-type': 'application/json' };
  const host = `127.0.0.1:${/^\/v1\/(?:profile|avatar)/.test(path) ? 9411 : 9400}`;
  const headers = bearer === undefined ? json : { authorization: `Bearer ${String(bearer)}` };
  counted += 1;
  return {
    n: counted,
    section: 'Z. Made up',
    title,
    request: {
      method: sent === undefined || bearer !== undefined ? 'GET' : 'POST',
      path,
      body: sent === undefined || bearer !== undefined ? '' : JSON.stringify(sent),
      ...request,
      headers: { host, ...(sent === undefined ? {} : headers), ...request.headers },
    },
    response: {
      // An answer's code may be one for tokens.
      status: typeof status === 'number' ? status : 200,
      headers: location === undefined ? {} : { location },
      body: answer === '' ? '' : JSON.stringify(answer),
    },
  };
}

/** Of the confidential client. */
export const SECRET = hex('5');
export const CONFIDENTIAL = 'fedcba9876543210';

/** A request that redeems a code of the public client. */
export const codeGrant = { client_id: PUBLIC, code: hex('c'), code_verifier: VERIFIER };
/** A request that refreshes a token of the public client. */
export const refresh = { client_id: PUBLIC, grant_type: 'refresh_token', refresh_token: hex('f') };
/** The answer to a refresh. */
export const issued = (scope: string, more: object = {}) => ({
  access_token: hex('a'),
  token_type: 'bearer',
  scope,
  expires_in: 21_900,
  ...more,
});
/** The answer to a code grant. */
export const signedIn = (more: object = {}) => issued('profile', { auth_at: 1_795_833_619, ...more });
/** A request for a code. */
export const authorization = {
  client_id: PUBLIC,
  redirect_uri: REDIRECT,
  scope: 'profile openid',
  state: 's',
  access_type: 'offline',
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
};
/** The answer to it. */
export const granted = {
  code: hex('c'),
  state: 's',
  redirect: `${REDIRECT}?code=${hex('c')}&state=s`,
};
/** The profile of an account with nothing set. */
export const profile = (uid: string, more: object = {}) => ({
  email: 'cleo@example.com',
  locale: '*',
  amrValues: ['pwd', 'email'],
  twoFactorAuthentication: false,
  metricsEnabled: true,
  uid,
  avatar: 'http://127.0.0.1:9411/v1/avatar/c',
  avatarDefault: false,
  ...more,
});
/** An exchange of a request for a code with members of its own. */
export const authorize = (title: string, answer: object, more: object = {}) =>
  exchange(title, '/v1/oauth/authorization', { ...authorization, ...more }, answer);
/** A refresh by the confidential client, which so becomes known. */
export const confidentialRefresh = (title: string, more: object = {}) =>
  exchange(
    title,
    '/v1/token',
    { ...refresh, client_id: CONFIDENTIAL, client_secret: SECRET },
    issued('profile', more),
  );

/** Expects the mock server to answer as recorded, in a recording that holds the others besides. */
export async function expectSame(
  eras: readonly Era[],
  exchange: Exchange,
  ...others: readonly Exchange[]
): Promise<void> {
  const recording = readRecording([...others, exchange]);
  for (const era of eras) {
    const { got, wanted } = await compared(era, recording, exchange);
    expect(got, era).toEqual(wanted);
  }
}
