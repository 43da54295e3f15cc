import { describe, expect, it } from 'vitest';
import { answering, BUILD, found, NOW, ORIGIN } from '../testing.ts';

const { endpoints: _known, ...DISCOVERED } = BUILD;
const { companion: _none, ...WITHOUT_COMPANION } = BUILD;
const DISCOVERY = '/.well-known/openid-configuration';
const OFFLINE = new TypeError('Failed to fetch canary');
const page = () => new Response('<html>canary</html>', { headers: { 'content-type': 'text/html' } });
const document = (issuer: string) =>
  Response.json({
    issuer,
    token_endpoint: `${ORIGIN}/v1/token`,
    userinfo_endpoint: `${ORIGIN}/v1/profile`,
    jwks_uri: `${ORIGIN}/v1/jwks`,
  });

describe.each([
  ['accounts', DISCOVERY],
  ['tokens', '/v1/jwks'],
  ['profile', '/v1/profile'],
])('%s', (check, path) => {
  it.each([
    [OFFLINE, { code: 'serverUnreachable' }],
    [503, { code: 'serverTrouble', values: { status: 503 } }],
    [429, { code: 'serverWaits' }],
    [200, { code: 'serverAnswers', values: { ms: 0 } }],
    [401, { code: 'serverAnswers', values: { ms: 0 } }],
  ])('%s', async (answer, finding) => {
    expect((await found({ fetch: answering({ [path]: answer }) }))[check]).toEqual(finding);
  });

  it('is reported as slow', async () => {
    let clock = 0;
    const slow = await found({ stopwatch: () => (clock += 3001) });
    expect(slow[check]).toEqual({ code: 'serverSlow', values: { ms: 3001 } });
  });

  it('is requested without identifying data', async () => {
    const asked: Request[] = [];
    await found({
      fetch: (url, init) => {
        asked.push(new Request(url, init));
        return Promise.resolve(Response.json({}));
      },
    });
    const [request] = asked.filter(({ url }) => new URL(url).pathname === path);
    expect([...(request?.headers ?? [])]).toEqual([['accept', 'application/json']]);
    expect([request?.method, request?.credentials, request?.url]).toEqual(['GET', 'omit', ORIGIN + path]);
  });
});

describe('another site responding in its place', () => {
  it.each([
    ['tokens', '/v1/jwks'],
    ['profile', '/v1/profile'],
  ])('%s', async (check, path) => {
    expect((await found({ fetch: answering({ [path]: page() }) }))[check]).toEqual({ code: 'serverOdd' });
  });

  it('is reported where endpoints are discovered', async () => {
    for (const answer of [page(), document('https://other.example')]) {
      const odd = await found({ build: DISCOVERED, fetch: answering({ [DISCOVERY]: answer }) });
      expect([odd.accounts, odd.tokens, odd.profile]).toEqual([
        { code: 'serverOdd' },
        { code: 'serverUnfound' },
        { code: 'serverUnfound' },
      ]);
    }
    const right = await found({ build: DISCOVERED, fetch: answering({ [DISCOVERY]: document(ORIGIN) }) });
    expect([right.accounts?.code, right.tokens?.code, right.profile?.code]).toEqual(
      Array(3).fill('serverAnswers'),
    );
  });

  it('is reported where the endpoints are known, too', async () => {
    const odd = await found({ fetch: answering({ [DISCOVERY]: page() }) });
    expect([odd.accounts?.code, odd.tokens?.code]).toEqual(['serverOdd', 'serverAnswers']);
  });
});

describe('the companion', () => {
  it.each([
    [{}, 'companionAnswers'],
    [{ '/__version__': 503 }, 'companionTrouble'],
    [{ '/__version__': page() }, 'companionTrouble'],
    [{ '/__version__': OFFLINE }, 'companionUnreachable'],
  ])('%j', async (answers, code) => {
    expect((await found({ fetch: answering(answers) })).companion?.code).toBe(code);
  });

  it('is optional', async () => {
    expect((await found({ build: WITHOUT_COMPANION })).companion).toEqual({ code: 'companionNone' });
  });
});

describe('the clock', () => {
  const foundWith = (headers: Record<string, string>, stopwatch = () => 0) =>
    found({ fetch: answering({}, headers), stopwatch });
  const stamp = (seconds: number) => ({ timestamp: String(NOW / 1000 + seconds) });

  it.each([
    [0, { code: 'clockRight' }],
    [59, { code: 'clockRight' }],
    [-60, { code: 'clockRight' }],
    [300, { code: 'clockBehind', values: { seconds: 301 } }],
    [-300, { code: 'clockAhead', values: { seconds: 300 } }],
    [86_400 * 365, { code: 'clockBehind', values: { seconds: 31_536_001 } }],
  ])('of the server is %d s ahead', async (seconds, finding) => {
    expect((await foundWith(stamp(seconds))).clock).toEqual(finding);
  });

  it('is read from Date where CORS allows it', async () => {
    const date = new Date(NOW + 7_200_000).toUTCString();
    expect((await foundWith({ date })).clock).toEqual({ code: 'clockBehind', values: { seconds: 7201 } });
  });

  it('is read from the token server if no other response had it', async () => {
    const version = Response.json({}, { headers: stamp(300) });
    const { clock } = await found({
      build: WITHOUT_COMPANION,
      fetch: answering({ '/__version__': version }),
    });
    expect(clock?.code).toBe('clockBehind');
  });

  it('is reported as unknown', async () => {
    for (const headers of [{}, { timestamp: 'canary', date: 'canary' }] as Record<string, string>[]) {
      expect((await foundWith(headers)).clock).toEqual({ code: 'clockUnknown' });
    }
    expect((await found({ fetch: () => Promise.reject(OFFLINE) })).clock).toEqual({ code: 'clockUnknown' });
  });

  it('is not blamed for a slow response', async () => {
    let clock = 0;
    // A hundred seconds off, half of which may be the response time.
    expect((await foundWith(stamp(50), () => (clock += 100_000))).clock).toEqual({ code: 'clockRight' });
  });
});

describe('a server of the standards', () => {
  const revocation = '/oidc/token/revocation';
  const discovery = Response.json({
    issuer: ORIGIN,
    token_endpoint: `${ORIGIN}/oidc/token`,
    userinfo_endpoint: `${ORIGIN}/oidc/me`,
    jwks_uri: `${ORIGIN}/oidc/jwks`,
    introspection_endpoint: `${ORIGIN}/oidc/token/introspection`,
    revocation_endpoint: ORIGIN + revocation,
  });
  const tokens = async (answer: number | Error) =>
    (await found({ fetch: answering({ [DISCOVERY]: discovery, [revocation]: answer }) })).tokens;

  it('is reported as closed when it keeps extensions from asking for tokens', async () => {
    expect(await tokens(OFFLINE)).toEqual({ code: 'tokensClosed' });
  });

  it.each([200, 400, 503])('is not reported as closed when it answers %i', async (status) => {
    expect(await tokens(status)).toEqual({ code: 'serverAnswers', values: { ms: 0 } });
  });
});

it('a discovered server that the content security policy leaves out is named', async () => {
  const elsewhere = { jwks_uri: 'https://other.example/jwks' };
  const moved = Response.json({ ...((await document(ORIGIN).json()) as object), ...elsewhere });
  const fetch = answering({ [DISCOVERY]: moved });
  const { accounts, tokens } = await found({ build: { ...BUILD, connectsTo: [ORIGIN] }, fetch });
  expect(accounts).toEqual({ code: 'serverElsewhere', origin: 'https://other.example' });
  expect(tokens?.code).toBe('serverAnswers');
  expect((await found({ fetch })).accounts?.code).toBe('serverAnswers');
});
