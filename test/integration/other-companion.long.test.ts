// A build for another companion: a session created at the previous one is neither sent to it nor used, whatever it
// answers.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { createSession } from '../../src/session/index.ts';
import { createCompanionHarness, EVERY, type CompanionHarness } from './companion-harness.ts';
import { CLIENT, SCOPE } from './harness.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}

const SOLD_BY_OTHER = 'o'.repeat(43);
const ANSWERS: Readonly<Record<string, Answer>> = {
  'sells no session': { status: 503, body: {} },
  'says that every session is over': { status: 401, body: { error: 'unknown_session' } },
  // An unknown revision makes the extension refresh its session.
  'sells a session': { status: 200, body: { session: SOLD_BY_OTHER, revision: 99, metrics: false } },
};

let harness: CompanionHarness;
let other: Server;
/** What the other companion receives: method, path, headers and body of each request. */
let heard: string[];
let answer: Answer;

beforeEach(async () => {
  heard = [];
  other = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      heard.push([request.method, request.url, JSON.stringify(request.headers), body].join(' '));
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  harness = await createCompanionHarness();
  await harness.startCompanion();
  await harness.session.signIn();
  await harness.session.runMaintenance();
});
afterEach(async () => {
  await harness.stop();
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));
});

const otherOrigin = () => `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

/** The companion session in storage, as the companion knows it. */
function heldSession(): string {
  const [companionSession] = Object.values(
    harness.host.local.get('companion') as Record<string, { session: string }>,
  );
  return Buffer.from(companionSession?.session.replace('sealed:', '') ?? '', 'base64').toString();
}

/** The background of a build for the other companion takes over. */
async function updateToOther(): Promise<void> {
  harness.kill();
  const { ports } = harness.host.start();
  harness.session = createSession(ports, {
    environment: 'local',
    issuer: harness.mock.origin,
    clientId: CLIENT,
    scope: SCOPE,
    endpoints: mockServerEndpoints(harness.mock.origin),
    companion: { origin: otherOrigin(), every: EVERY },
    metrics: { entrypoint: 'test-button', utm: { source: 'tests' } },
  });
  await harness.session.recover();
  await harness.session.runMaintenance();
}

/** All requests from now on that go to neither Mozilla accounts nor the other companion. */
function watchRest(): readonly string[] {
  const asked: string[] = [];
  const { fetch: network } = harness.host;
  harness.host.fetch = (...request) => {
    const url = String(request[0]);
    if (![harness.mock.origin, otherOrigin()].some((origin) => url.startsWith(origin))) asked.push(url);
    return network(...request);
  };
  return asked;
}

it.each(Object.entries(ANSWERS))(
  'sends another companion’s session neither to it nor to a companion that %s',
  async (_what, given) => {
    answer = given;
    const held = heldSession();
    expect(held).toMatch(/^[\w-]{43}$/);
    const asked = watchRest();

    await updateToOther();
    await harness.later();
    await harness.later();
    harness.mock.store.changePassword(harness.ada, 'another horse');
    harness.host.memory.delete('tokens');
    await harness.session.refreshProfile();
    expect(harness.view().status).toBe('needsReauth');
    await harness.later();
    await harness.session.signOut();
    await harness.later();

    expect(heard.filter((line) => line.includes(held))).toEqual([]);
    expect(asked).toEqual([]);
    // It was contacted, and a new session was created there.
    expect(heard.some((line) => line.startsWith('POST /v1/sessions'))).toBe(true);
    expect(harness.stored()).not.toContain(Buffer.from(held).toString('base64'));
  },
);
