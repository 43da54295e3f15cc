// A server of the standards that names only what it must: RFC 8414 leaves revocation and introspection to it.
import { afterEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

it.each([
  ['introspection', ['introspection_endpoint'], 0],
  ['revocation, whose grants are kept to be revoked', ['introspection_endpoint', 'revocation_endpoint'], 1],
])('a server without %s signs people in, and is asked for nothing else', async (_what, left, waiting) => {
  harness = await createHarness('next');
  const { origin } = harness.mock;
  const network = harness.host.fetch;
  const asked = new Set<string>();
  harness.host.fetch = async (input, init) => {
    const answer = await network(input, init);
    const url = String(input);
    asked.add(url.slice(origin.length));
    if (!url.includes('/.well-known/')) return answer;
    const document = (await answer.json()) as object;
    return Response.json(
      Object.fromEntries(Object.entries(document).filter(([name]) => !left.includes(name))),
    );
  };
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedIn' });
  const { token } = await harness.session.accessToken('profile');
  expect((await harness.session.accessToken('profile', token)).token).not.toBe(token);
  await harness.session.signOut();
  await harness.session.drainOutbox();
  expect(harness.view()).toMatchObject({ status: 'signedOut' });
  expect(harness.record().outbox).toHaveLength(waiting);
  expect([...asked].filter((path) => path.startsWith('/v1/') || path.includes('destroy'))).toEqual([]);
});
