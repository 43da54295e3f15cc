// Tokens that were recorded decoded, beside those that the mock server issues to the same client for the same scopes.
import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { type TokenForm, tokenForm } from './compare.ts';
import type { Exchange } from './exchange.ts';

type Members = Readonly<Record<string, unknown>>;

interface Decoded {
  readonly header: Members;
  readonly claims: Members;
  readonly at_hash_expected?: string;
}

const decodedIn = ({ response }: Exchange): Decoded => JSON.parse(response.body) as Decoded;

/** What is compared of a decoded token: its form, and whether `at_hash` was that of the access token beside it. */
export function recordedForm(exchange: Exchange): { readonly form: TokenForm; readonly fits: boolean } {
  const { header, claims, at_hash_expected: expected } = decodedIn(exchange);
  return { form: tokenForm(header, claims), fits: expected === undefined || expected === claims.at_hash };
}

/** Has the mock server issue such a token, verifies it by the published keys, and returns the same of it. */
export async function issuedForm(
  { store, app, context }: RunningMockServer,
  exchange: Exchange,
): Promise<unknown> {
  const driver = drive({ app, context });
  const { claims: recorded, header } = decodedIn(exchange);
  const audience = [recorded.aud].flat() as readonly string[];
  const clientId = String(recorded.client_id ?? audience[0]);
  const aal = Number(recorded['fxa-aal'] ?? 1);
  const { uid } = store.accounts.add({
    uid: String(recorded.sub),
    email: 'decoded@example.com',
    password: '-',
  });
  const verifier = 'v'.repeat(43);
  const client = store.clients.get(clientId);
  const isPublic = client?.publicClient !== false;
  const { code } = store.tokens.addCode({
    clientId,
    uid,
    scope: String(recorded.scope ?? 'openid profile'),
    offline: true,
    authAt: Math.floor(context.now() / 1000),
    amr: (recorded.amr ?? ['pwd', 'email']) as readonly string[],
    aal,
    ...(isPublic ? { codeChallenge: createHash('sha256').update(verifier).digest('base64url') } : {}),
  });
  const { body } = await driver.post('/v1/token', {
    client_id: clientId,
    code,
    ...(isPublic ? { code_verifier: verifier } : { client_secret: client.secret }),
    ...(audience.length > 1 ? { resource: audience[1] } : {}),
    ...('scope' in recorded ? { ttl: Number(recorded.exp) - Number(recorded.iat) } : {}),
  });
  const access = String(body.access_token);
  const token = header.typ === 'at+JWT' ? access : String(body.id_token);
  const keys = createLocalJWKSet((await driver.get('/v1/jwks')).body as unknown as JSONWebKeySet);
  const { payload } = await jwtVerify(token, keys);
  const hash = createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url');
  return {
    form: tokenForm({ ...decodeProtectedHeader(token) }, { ...payload }),
    fits: payload.at_hash === undefined || payload.at_hash === hash,
  };
}
