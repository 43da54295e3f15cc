// The provider of the OpenID Foundation's tests for relying parties: the mock server of the standards, and on the way
// to the extension what one of the tests changes in its answers.
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import type { Harness } from '../integration/harness.ts';

export const TOKEN = '/oidc/token';
export const USERINFO = '/oidc/me';
export const JWKS = '/oidc/jwks';

export type Claims = Readonly<Record<string, unknown>>;

export interface SigningKey {
  /** The public half, as it is published. */
  readonly jwk: JWK;
  sign(claims: Claims, header?: { readonly kid?: string }): Promise<string>;
}

/** A key of its own, named in the tokens that it signs. */
export async function newKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (claims, header = { kid }) =>
      new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(privateKey),
  };
}

/** The public half of a key without its name. */
export const unnamed = ({ jwk: { kid: _, ...jwk } }: SigningKey) => jwk;

/** Signed with a shared secret, which public clients have not. */
export const signedWithSecret = (claims: Claims) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(new Uint8Array(32));

/** What a test changes. Members may be replaced while it runs. */
export interface Changes {
  discovery?: (document: Claims) => Claims;
  /** Where the keys are, instead of the usual path. */
  jwksPath?: string;
  keys?: readonly object[];
  /** The id_token of the answers to codes and refreshes, from the claims of the true one. */
  idToken?: (claims: Claims) => Promise<string> | string;
  userinfo?: (claims: Claims) => Claims;
}

export interface SentRequest {
  readonly path: string;
  readonly method: string;
  readonly query: string;
  readonly authorization: string | null;
  readonly body: URLSearchParams;
}

export interface Provider {
  readonly changes: Changes;
  /** What the extension sent to a path so far. */
  sent(path: string): SentRequest[];
}

/** Puts the changes between the extension and the server. */
export function replay(harness: Harness, changes: Changes): Provider {
  const requests: SentRequest[] = [];
  const network = harness.host.fetch;
  harness.host.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname: path, search: query, origin } = new URL(request.url);
    requests.push({
      path,
      query,
      method: request.method,
      authorization: request.headers.get('authorization'),
      body: new URLSearchParams(await request.clone().text()),
    });
    if (path === (changes.jwksPath ?? JWKS) && changes.keys) return Response.json({ keys: changes.keys });
    const response = await network(path === changes.jwksPath ? `${origin}${JWKS}` : input, init);
    const change = response.ok ? changeOf(path, changes) : undefined;
    return change ? Response.json(await change((await response.json()) as Claims)) : response;
  };
  return { changes, sent: (path) => requests.filter((request) => request.path === path) };
}

function changeOf(
  path: string,
  { discovery, idToken, userinfo }: Changes,
): ((body: Claims) => Claims | Promise<Claims>) | undefined {
  if (path === '/.well-known/openid-configuration') return discovery;
  if (path === USERINFO) return userinfo;
  if (path !== TOKEN || !idToken) return undefined;
  return async (body) => ({ ...body, id_token: await idToken(decodeJwt(String(body.id_token))) });
}

/** Two keys of the server. */
export const [key, other] = await Promise.all([newKey('one'), newKey('two')]);

/** Changes that sign the id_token with a published key, its claims changed. */
export const signed = (change: (claims: Claims) => Claims = (claims) => claims): Changes => ({
  keys: [key.jwk],
  idToken: (claims) => key.sign(change(claims)),
});
export const withClaims = (changed: Claims) => signed((claims) => ({ ...claims, ...changed }));
export const without = (name: string) => signed(({ [name]: _, ...claims }) => claims);
