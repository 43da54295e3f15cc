/** Drives a mock server in tests, without a port: requests, a sign-in, a code, tokens. */
import type { MockServer } from '../app.ts';
import { SEED_PASSWORD } from '../seed.ts';
import { randomHex, s256 } from '../store/random.ts';

type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object; empty if it is not one. */
  readonly body: Json;
}

/** Members of an authorization request; the rest have working defaults. */
export interface CodeOptions {
  readonly email?: string;
  readonly clientId?: string;
  readonly scope?: string;
  readonly offline?: boolean;
}

export interface Driver {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form. */
  form(path: string, body: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  send(path: string, init: RequestInit): Promise<Answer>;
  /** A session token. */
  signIn(email?: string): Promise<string>;
  /** A code, and the verifier that goes with it. */
  code(options?: CodeOptions): Promise<{ code: string; verifier: string }>;
  /** The answer of the token endpoint to a fresh code. */
  tokens(options?: CodeOptions, more?: Json): Promise<Json>;
  /** `Authorization: Bearer`. */
  bearer(token: unknown): Record<string, string>;
}

/** The default client of tests: public and trusted. */
export const TEST_CLIENT = 'a1b2c3d4e5f60001';

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? (JSON.parse(text) as Json) : {},
  };
}

/** A driver for `mock`. */
export function drive({ app, context }: Pick<MockServer, 'app' | 'context'>): Driver {
  const send = async (path: string, init: RequestInit) =>
    answerOf(await app.request(context.origin + path, init));
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const bearer = (token: unknown) => ({ authorization: `Bearer ${String(token)}` });
  const signIn = async (email = 'ada@example.com') => {
    const { body } = await post('/v1/account/login', { email, password: SEED_PASSWORD });
    return String(body.sessionToken);
  };
  const code = async (options: CodeOptions = {}) => {
    const verifier = randomHex(32);
    const clientId = options.clientId ?? TEST_CLIENT;
    const isPublic = context.store.clients.get(clientId)?.publicClient !== false;
    const answer = await post(
      '/v1/oauth/authorization',
      {
        client_id: clientId,
        scope: options.scope ?? 'openid profile',
        state: 'state',
        access_type: options.offline === false ? 'online' : 'offline',
        ...(isPublic ? { code_challenge: s256(verifier), code_challenge_method: 'S256' } : {}),
      },
      bearer(await signIn(options.email)),
    );
    if (answer.status !== 200) throw new Error(`No code: ${answer.text}`);
    return { code: String(answer.body.code), verifier };
  };
  return {
    get: (path, headers = {}) => send(path, { headers }),
    post,
    form: (path, body, headers = {}) =>
      send(path, { method: 'POST', headers, body: new URLSearchParams(body) }),
    send,
    signIn,
    code,
    async tokens(options = {}, more = {}) {
      const granted = await code(options);
      const { body } = await post('/v1/token', {
        client_id: options.clientId ?? TEST_CLIENT,
        code: granted.code,
        code_verifier: granted.verifier,
        ...more,
      });
      return body;
    },
    bearer,
  };
}
