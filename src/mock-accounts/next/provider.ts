/**
 * The server that Mozilla plans: oidc-provider in this process, for the OAuth and OpenID Connect part. Accounts, pages,
 * events and faults are the mock server's own.
 */
import { exportJWK } from 'jose';
import inject, { type Response as Injected } from 'light-my-request';
import type { Provider } from 'oidc-provider';
import type { Session } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import type { SigningKey } from '../keys.ts';
import { withClock } from './clock.ts';
import { configurationFor, type NextOptions } from './configuration.ts';
import type { Grants } from './grants.ts';

export interface NextServer {
  answer(request: Request): Promise<Response>;
  /** The parameters of the authorization request that a sign-in belongs to; undefined when it is over. */
  interaction(uid: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Ends a sign-in with a person's session; resolves with the address that goes on to the client. */
  finish(uid: string, session: Session): Promise<string | undefined>;
}

type Handler = ReturnType<Provider['callback']>;

/**
 * Creates a provider for each signing key, at its first request: the library is loaded for this era alone. They share
 * what is stored, and their clock is the mock server's, faults included.
 */
export function createNextServer(context: MockContext, grants: Grants, options: NextOptions): NextServer {
  const { keys, now, origin } = context;
  const byKey = new Map<string, Promise<{ provider: Provider; handler: Handler }>>();
  const create = async ({ privateKey, publicJwk }: SigningKey) => {
    const { default: Provider } = await import('oidc-provider');
    const { kid, alg, use } = publicJwk as { kid: string; alg: string; use: string };
    const key = { ...(await exportJWK(privateKey)), kid, alg, use };
    const provider = new Provider(origin, configurationFor(context, grants, { ...options, key }));
    return { provider, handler: provider.callback() };
  };
  const current = async () => {
    const key = await keys.active();
    const made = byKey.get(key.kid) ?? create(key);
    byKey.set(key.kid, made);
    return made;
  };
  const find = async (uid: string) =>
    withClock(now, async () => (await current()).provider.Interaction.find(uid));
  return {
    async answer(request) {
      const { handler } = await current();
      const { pathname, search } = new URL(request.url);
      const body = Buffer.from(await request.arrayBuffer());
      const response = await withClock(now, () =>
        inject((incoming, outgoing) => void handler(incoming, outgoing), {
          method: request.method,
          url: pathname + search,
          // The issuer's host, whatever name the request was made to.
          headers: { ...Object.fromEntries(request.headers), host: new URL(origin).host },
          ...(body.length > 0 && { payload: body }),
        }).then(responseOf),
      );
      if (pathname !== '/oidc/jwks' || !response.ok) return response;
      response.headers.delete('content-length');
      return new Response(JSON.stringify({ keys: await keys.published() }), response);
    },

    interaction: async (uid) => (await find(uid))?.params,

    async finish(uid, session) {
      const interaction = await find(uid);
      if (interaction === undefined) return undefined;
      interaction.result = {
        login: {
          accountId: session.uid,
          acr: `AAL${session.aal}`,
          amr: [...session.amr],
          ts: Math.floor(session.lastAuthAt / 1000),
        },
      };
      await withClock(now, () => interaction.save(interaction.exp - Math.floor(now() / 1000)));
      return interaction.returnTo;
    },
  };
}

const BODYLESS = [101, 204, 205, 304];
/** Of the connection, which is not the provider's. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'date'];

function responseOf({ statusCode, headers, rawPayload }: Injected): Response {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (HOP_BY_HOP.includes(name)) continue;
    for (const one of [value ?? []].flat()) all.append(name, String(one));
  }
  const body = BODYLESS.includes(statusCode) ? null : new Uint8Array(rawPayload);
  return new Response(body, { status: statusCode, headers: all });
}
