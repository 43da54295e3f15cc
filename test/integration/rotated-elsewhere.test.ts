// A server that discovery takes for FxA's, and that replaces refresh tokens all the same.
import { afterEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

it.each([
  ['of FxA’s form', 'ab'.repeat(32)],
  ['of any form', 'opaque-1'],
])(
  'a refresh token that an answer replaces, %s, is sealed, and is the one sent next',
  async (_form, next) => {
    harness = await createHarness('today');
    await harness.session.signIn();
    const network = harness.host.fetch;
    const sent: (string | null)[] = [];
    harness.host.fetch = async (input, init) => {
      const body = new URLSearchParams(String(init?.body));
      if (body.get('grant_type') !== 'refresh_token') return network(input, init);
      sent.push(body.get('refresh_token'));
      body.set('refresh_token', sent[0] ?? '');
      const answer = await network(input, { ...init, body: body.toString() });
      return Response.json({ ...((await answer.json()) as object), refresh_token: next });
    };
    let { token } = await harness.session.accessToken('profile');
    ({ token } = await harness.session.accessToken('profile', token));
    expect(JSON.stringify(harness.record())).not.toContain(next);
    await harness.restart();
    await harness.session.accessToken('profile', token);
    expect(sent).toEqual([harness.issued[1], next]);
  },
);
