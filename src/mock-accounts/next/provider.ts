/**
 * The server that Mozilla plans: oidc-provider in this process, for the OAuth and OpenID Connect part. Accounts, pages,
 * events and faults are the mock server's own.
 */
import { exportJWK } from 'jose';
import inject, { type Response as Injected } from 'light-my-request';
import type { Provider } from 'oidc-provider';
import type { Session } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import { configurationFor, type NextOptions } from './configuration.ts';
import type { Grants } from './grants.ts';

export interface NextServer {
  answer(request: Request): Promise<Response>;
  /** The parameters of the authorization request that a sign-in belongs to; undefined when it is over. */
  interaction(uid: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Ends a sign-in with a person's session; resolves with the address that goes on to the client. */
  finish(uid: string, session: Session): Promise<string | undefined>;
}

/** Creates the provider at its first request: its library is loaded for this era alone. */
export function createNextServer(context: MockContext, grants: Grants, options: NextOptions): NextServer {
  let starting: Promise<{ provider: Provider; handler: ReturnType<Provider['callback']> }> | undefined;
  const start = async () => {
    const [{ default: Provider }, { privateKey, publicJwk }] = await Promise.all([
      import('oidc-provider'),
      context.keys.active(),
    ]);
    const { kid, alg, use } = publicJwk as { kid: string; alg: string; use: string };
    const key = { ...(await exportJWK(privateKey)), kid, alg, use };
    const provider = new Provider(context.origin, configurationFor(context, grants, { ...options, key }));
    return { provider, handler: provider.callback() };
  };
  const started = () => (starting ??= start());
  const find = async (uid: string) => (await started()).provider.Interaction.find(uid);
  return {
    async answer(request) {
      const { handler } = await started();
      const { pathname, search } = new URL(request.url);
      const body = Buffer.from(await request.arrayBuffer());
      const answer = await inject((incoming, outgoing) => void handler(incoming, outgoing), {
        method: request.method,
        url: pathname + search,
        // The issuer's host, whatever name the request was made to.
        headers: { ...Object.fromEntries(request.headers), host: new URL(context.origin).host },
        ...(body.length > 0 && { payload: body }),
      });
      return responseOf(answer);
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
      await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
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
