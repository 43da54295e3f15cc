// Requests to a mock server that may not answer them.
import { expect } from 'vitest';
import type { Era } from '../../src/mock-accounts/era.ts';
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

/** What differs between the eras. */
export const eraOf = <T>(era: Era, today: T, then: T): T => (era === 'today' ? today : then);

/** Sends JSON. */
export function post(
  { origin }: Pick<RunningMockServer, 'origin'>,
  path: string,
  body: object,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(origin + path, {
    ...init,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string> | undefined) },
    body: JSON.stringify(body),
  });
}

/** Refreshes a token of the test client. */
export function refresh(
  mock: Pick<RunningMockServer, 'origin'>,
  token: string | undefined,
  init: RequestInit = {},
  path = '/v1/token',
): Promise<Response> {
  const request = {
    client_id: TEST_CLIENT,
    grant_type: 'refresh_token',
    refresh_token: token,
    scope: 'profile',
  };
  return post(mock, path, request, init);
}

/** There was no answer, or not a whole one. */
export async function refuses(attempt: Promise<unknown>): Promise<void> {
  await expect(attempt).rejects.toMatchObject({
    name: expect.stringMatching(/^(TypeError|TimeoutError|AbortError)$/) as string,
  });
}

/** Asks, and gives up when the one fault has met the request and `then` holds: at a moment, not after a time. */
export async function giveUp(
  mock: RunningMockServer,
  path: string,
  body: object,
  then: () => boolean = () => true,
): Promise<void> {
  const client = new AbortController();
  const refused = refuses(post(mock, path, body, { signal: client.signal }));
  await expect.poll(() => mock.faults.hits()[0] === 1 && then(), { interval: 5 }).toBe(true);
  client.abort();
  await refused;
}
