// How `npm run contract` evaluates one answer: what is expected, what came, and what to do.
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../scripts/contract/answer.ts';
import {
  errno,
  evaluate,
  member,
  oauthError,
  preflightAllows,
  readableFrom,
  status,
  webPage,
  type Check,
  type Expectation,
} from '../../scripts/contract/evaluate.ts';
import { findTarget, generationOf } from '../../scripts/contract/target.ts';
import { mockServerEndpoints } from '../../src/fxa/index.ts';

const ORIGIN = 'moz-extension://5f2d2f3e-1111-4222-8333-444455556666';

const check = (...expect: Expectation[]): Check => ({
  group: 'A group',
  name: 'a check',
  request: { method: 'GET', url: 'https://accounts.example/' },
  expect,
  knownFrom: 'a recording',
  advice: 'its own advice',
});

const answer = (code: number, body?: object, headers: Record<string, string> = {}): Answer => ({
  status: code,
  headers: new Headers(headers),
  body: body as Record<string, unknown> | undefined,
  at: 0,
});

describe('a line of the contract', () => {
  it('passes when status and errno are the expected ones', () => {
    expect(evaluate(check(status(400), errno(108)), answer(400, { errno: 108 }))).toEqual({
      group: 'A group',
      name: 'a check',
      outcome: 'passed',
      expected: '400, errno 108',
      came: '400, errno 108',
    });
  });

  it('fails with another errno, and brings its source and its advice', () => {
    expect(evaluate(check(status(400), errno(108)), answer(400, { errno: 109 }))).toMatchObject({
      outcome: 'failed',
      came: '400, errno 109',
      knownFrom: 'a recording',
      advice: 'its own advice',
    });
  });

  it('fails where only one of several expectations holds', () => {
    const both = check(
      status(200),
      member('active is false', ({ active }) => active === false),
    );
    expect(evaluate(both, answer(200, { active: true })).came).toBe('200, not: active is false');
    expect(evaluate(both, answer(200)).came).toBe('200, no JSON object');
  });

  it('shows an error code of OAuth, and no other text of an answer', () => {
    const refused = check(oauthError('invalid_grant', 'invalid_client'));
    expect(evaluate(refused, answer(400, { error: 'invalid_grant' })).outcome).toBe('passed');
    expect(evaluate(refused, answer(400, { error: 'ada@example.com' }))).toMatchObject({
      outcome: 'failed',
      came: '400',
    });
  });

  it('says why there is no answer', () => {
    expect(evaluate(check(status(200)), { failed: 'no connection' })).toMatchObject({
      outcome: 'failed',
      came: 'no connection',
      advice: expect.stringContaining('VPN') as unknown,
    });
  });

  it.each([
    [429, { 'retry-after': '17' }, 'in 17 seconds'],
    [429, { 'retry-after': '999999' }, 'in 3600 seconds'],
    [429, {}, 'in 60 seconds'],
    [503, {}, 'tell its operators'],
    [200, { 'content-type': 'text/html; charset=utf-8' }, 'captive portal'],
    [404, { 'content-type': 'application/json' }, 'its own advice'],
  ])('advises by what came: %i %o', (code, headers, advice) => {
    expect(evaluate(check(status(201)), answer(code, undefined, headers as never)).advice).toContain(advice);
  });

  it('takes a page for a page', () => {
    expect(evaluate(check(webPage), answer(200, undefined, { 'content-type': 'text/html' })).outcome).toBe(
      'passed',
    );
    expect(evaluate(check(webPage), answer(200, {}, { 'content-type': 'application/json' })).came).toBe(
      '200, no web page',
    );
  });
});

describe('CORS', () => {
  const origin = (value: string) => ({ 'access-control-allow-origin': value });

  it.each([
    ['*', 'passed'],
    [ORIGIN, 'passed'],
    ['https://accounts.example', 'failed'],
    ['null', 'failed'],
  ])('lets the extension read an answer for the origin %s: %s', (value, outcome) => {
    expect(evaluate(check(readableFrom(ORIGIN)), answer(200, {}, origin(value))).outcome).toBe(outcome);
  });

  it.each([
    ['authorization', 'Accept,Authorization', 'passed'],
    ['authorization', '*', 'failed'],
    ['content-type', '*', 'passed'],
    ['content-type', 'Accept, Content-Type', 'passed'],
    ['content-type', 'X-Content-Type', 'failed'],
  ])('lets a request with %s follow a preflight that allows %s: %s', (header, allowed, outcome) => {
    const headers = { ...origin('*'), 'access-control-allow-headers': allowed };
    expect(evaluate(check(preflightAllows(ORIGIN, header)), answer(204, undefined, headers)).outcome).toBe(
      outcome,
    );
  });

  it('is missed by name', () => {
    const preflight = check(preflightAllows(ORIGIN, 'content-type'));
    expect(evaluate(preflight, answer(200)).came).toBe('200, no CORS headers');
    expect(evaluate(preflight, answer(200, {}, origin('*'))).came).toBe('200, without content-type');
    expect(evaluate(preflight, answer(200, {}, origin('https://a.example'))).came).toBe(
      '200, CORS for another origin',
    );
  });
});

describe('the generation of the servers', () => {
  const endpoints = mockServerEndpoints('http://127.0.0.1:9720');

  it.each([
    [{}, '2019'],
    [{ revocation_endpoint: 'r', verify_endpoint: 'v' }, '2023'],
    [{ revocation_endpoint: 'r' }, 'today'],
  ])('follows from discovery: %o is %s', (document, generation) => {
    expect(generationOf(endpoints, document)).toContain(generation);
  });

  it('is that of the standards where revocation is', () => {
    expect(generationOf({ ...endpoints, dialect: 'oauth2' }, {})).toContain('standards');
  });
});

describe('a discovery document', () => {
  const issuer = 'https://accounts.example';
  const document = {
    issuer,
    token_endpoint: `${issuer}/oidc/token`,
    userinfo_endpoint: `${issuer}/oidc/me`,
    jwks_uri: `${issuer}/oidc/jwks`,
  };
  const config = { environment: 'custom', issuer, clientId: 'a1b2c3d4e5f60001', scope: 'profile' } as const;
  const client = { browser: 'firefox', config, origin: ORIGIN, redirectUri: 'https://example.com/' } as const;

  it('must name what a companion and the end of a sign-in need', async () => {
    const { lines, target } = await findTarget([client], () => Promise.resolve(Response.json(document)));
    expect(target).toBeUndefined();
    expect(lines.at(-1)).toMatchObject({
      outcome: 'failed',
      came: 'no revocation_endpoint, no introspection_endpoint',
    });
  });
});
