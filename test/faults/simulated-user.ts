// The simulated user in the window or tab: signs in at the mock server, and follows its redirect.
import type { MockServer } from '../../src/mock-accounts/app.ts';
import { visit } from '../../src/mock-accounts/testing/next.ts';
import type { SimulatedUser } from '../harness/host.ts';
import { fakeKeysJwe } from './fake-keys.ts';

/** Does what the mock server's page does after the password was entered. Throws if that shows an error. */
export function simulatedUser(mock: MockServer, email: string): SimulatedUser {
  return async (url) => {
    if (new URL(url).pathname.endsWith('/oidc/auth'))
      return visit(url, { email, fetch: (at, init) => mock.app.request(at, init) });
    const account = mock.store.accounts.byEmail(email);
    if (!account) throw new Error(`${email} has no account.`);
    const session = mock.store.sessions.open(account.uid);
    const query = Object.fromEntries(new URL(url).searchParams);
    const { client_id, redirect_uri, scope, state, access_type, code_challenge, code_challenge_method } =
      query;
    const body = {
      client_id,
      redirect_uri,
      scope,
      state,
      access_type,
      code_challenge,
      code_challenge_method,
      ...(query.keys_jwk !== undefined && { keys_jwe: fakeKeysJwe(account.uid) }),
    };
    const response = await mock.app.request(`${mock.context.origin}/v1/oauth/authorization`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${session.token}` },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { redirect?: string };
    if (answer.redirect === undefined) throw new Error(`There is no code: ${response.status}`);
    return answer.redirect;
  };
}
