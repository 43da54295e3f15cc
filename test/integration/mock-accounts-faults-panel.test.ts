// The control API and the panel: what they take, what they refuse, and from whom.
import { request as rawRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { refuses, refresh } from './mock-accounts-faults-harness.ts';

let mock: RunningMockServer;
beforeEach(async () => {
  mock = await startMockServer({ era: 'today' });
});
afterEach(() => mock.stop());

const api = (method: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${mock.origin}/__standin/faults`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const read = async (response: Promise<Response>) =>
  (await (await response).json()) as Record<string, unknown>;

describe('control API', () => {
  it('sets, tells, and clears', async () => {
    const fault = { where: 'jwks', what: { kind: 'status', status: 503 }, times: 1 };
    expect(await read(api('PUT', { faults: [fault], settings: { clockSkew: 60 } }))).toMatchObject({
      faults: [{ ...fault, hits: 0, over: false }],
      settings: { clockSkew: 60, keyRotations: 0 },
    });
    expect((await fetch(`${mock.origin}/v1/jwks`)).status).toBe(503);
    expect(await read(api('GET'))).toMatchObject({
      faults: [{ hits: 1, over: true }],
      requests: [{ method: 'GET', path: '/v1/jwks', status: 503, fault: 'status' }],
    });
    expect(await read(api('PUT', {}))).toMatchObject({ faults: [], settings: { clockSkew: 0 } });
    mock.faults.change({ hideMetricsEnabled: true });
    expect(await read(api('DELETE'))).toMatchObject({ faults: [], settings: { hideMetricsEnabled: false } });
  });

  it('stays in reach whatever is wrong', async () => {
    mock.faults.set([{ where: 'any', what: { kind: 'drop' } }]);
    await refuses(fetch(`${mock.origin}/`));
    expect((await api('DELETE')).status).toBe(200);
    expect((await fetch(`${mock.origin}/`)).status).toBe(200);
  });

  it.each<[unknown, number, string]>([
    ['{', 400, 'The body is not JSON.'],
    ['null', 400, 'The body must be an object.'],
    [{ faults: [{ where: 'any' }] }, 400, 'faults[0].what is missing; it must be an object.'],
    [{ settings: { clockSkew: 0.5 } }, 400, 'settings.clockSkew must be a whole number'],
  ])('refuses %j and changes nothing', async (body, status, sentence) => {
    mock.faults.set([{ where: 'jwks', what: { kind: 'empty' } }]);
    const answer = await api('PUT', body);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: string }).error).toContain(sentence);
    expect(mock.faults.list()).toHaveLength(1);
  });

  it('refuses other methods and other types', async () => {
    expect((await api('POST', {})).status).toBe(405);
    expect((await api('PUT', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it.each(['GET', 'PUT', 'DELETE'])('%s from another site is refused, and gets no CORS', async (method) => {
    mock.faults.set([{ where: 'jwks', what: { kind: 'empty' } }]);
    for (const origin of ['https://evil.example', 'null', 'moz-extension://0']) {
      const answer = await api(method, method === 'PUT' ? {} : undefined, { origin });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(mock.faults.list()).toHaveLength(1);
  });

  it('a foreign name for this machine is refused, even from its own pages', async () => {
    const { port } = new URL(mock.origin);
    const host = `evil.example:${port}`;
    const status = await new Promise((resolve, reject) => {
      const headers = { host, origin: `http://${host}` };
      rawRequest(
        { host: '127.0.0.1', port, path: '/__standin/faults', method: 'DELETE', headers },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe('panel', () => {
  const panel = async (form?: Record<string, string>, headers: Record<string, string> = {}) => {
    const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    const answer = await fetch(`${mock.origin}/__standin/`, { ...init, headers });
    return { status: answer.status, html: await answer.text(), headers: answer.headers };
  };

  it('sets by button what goes wrong, says so, and takes it away', async () => {
    expect((await panel()).html).toContain('data-testid="nothing-wrong"');
    await panel({ intent: 'preset', preset: 'rate-limited' });
    await panel({ intent: 'preset', preset: 'lose-token' });
    await panel({ intent: 'preset', preset: 'lose-token' });
    await panel({ intent: 'preset', preset: 'day-ahead' });
    await panel({ intent: 'preset', preset: 'rotate-keys' });
    await panel({ intent: 'preset', preset: 'rotate-keys' });
    expect(mock.faults.list().map(({ fault }) => fault.what.kind)).toEqual(['drop-after', 'status']);
    expect(mock.faults.settings).toMatchObject({ clockSkew: 86_400, keyRotations: 2 });
    await fetch(`${mock.origin}/v1/jwks`);
    const { html } = await panel();
    for (const words of [
      'token: work done, answer lost',
      'not hit yet, 1 to go',
      'api: HTTP 429, Retry-After 60',
      'hit once, 60 s left',
      'The clock is 86400 s ahead',
      'The signing key was replaced 2 times',
      'GET /v1/jwks',
    ])
      expect(html).toContain(words);
    await panel({ intent: 'put-right', setting: 'clockSkew' });
    expect(mock.faults.settings).toMatchObject({ clockSkew: 0, keyRotations: 2 });
    await panel({ intent: 'remove', id: String(mock.faults.list()[0]?.id) });
    expect(mock.faults.list()).toHaveLength(1);
    expect((await panel({ intent: 'clear' })).html).toContain('data-testid="nothing-wrong"');
  });

  it('every button works', async () => {
    const { html } = await panel();
    const presets = [...html.matchAll(/name="preset"\s+value="([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(presets).toHaveLength(11);
    for (const preset of presets) {
      const before = JSON.stringify([mock.faults.list(), mock.faults.settings]);
      expect((await panel({ intent: 'preset', preset })).status, preset).toBe(200);
      expect(JSON.stringify([mock.faults.list(), mock.faults.settings]), preset).not.toBe(before);
    }
  });

  it('every kind of the form works', async () => {
    const { html } = await panel();
    const select = /<select id="kind"[^]*?<\/select>/.exec(html)?.[0] ?? '';
    const kinds = [...select.matchAll(/value="([^"]+)"/g)].map(([, kind]) => kind ?? '');
    expect(kinds).toHaveLength(12);
    for (const kind of kinds) {
      const form = { intent: 'add', where: 'profile', kind, status: '500', ms: '10', times: '1', errno: '' };
      expect((await panel(form)).status, kind).toBe(200);
      expect(mock.faults.list()[0]?.fault, kind).toMatchObject({ where: 'profile', times: 1 });
    }
    expect(mock.faults.list()).toHaveLength(kinds.length);
    expect(mock.faults.list().at(-1)?.fault.what).toEqual({ kind: 'status', status: 500 });
  });

  it.each([
    [{ intent: 'add', where: 'any', kind: 'status' }, 'faults[0].what.status is missing'],
    [
      { intent: 'add', where: 'any', kind: 'slow:before', ms: 'soon' },
      'faults[0].what.ms must be a whole number',
    ],
    [{ intent: 'add', where: 'any', kind: '<b>' }, 'faults[0].what.kind must be one of'],
    [{ intent: 'preset', preset: '__proto__' }, 'There is no such button.'],
    [{ intent: 'put-right', setting: 'constructor' }, 'There is no such setting.'],
    [{}, 'There is no such form.'],
  ])('%j: a sentence on the page', async (form, sentence) => {
    const { status, html } = await panel(form);
    expect(status).toBe(400);
    expect(/<p role="alert">([^<]*)</.exec(html)?.[1]).toContain(sentence);
    expect(mock.faults.list()).toEqual([]);
  });

  it('takes forms from its own pages only, and cannot be framed', async () => {
    const clear = { intent: 'preset', preset: 'offline' };
    expect((await panel(clear, { origin: 'https://evil.example' })).status).toBe(403);
    expect(mock.faults.list()).toEqual([]);
    expect((await panel(clear, { origin: mock.origin })).status).toBe(200);
    expect(mock.faults.list()).toHaveLength(1);
    expect((await panel()).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('shows no token and no markup of a request', async () => {
    const tokens = await drive(mock).tokens();
    const token = String(tokens.refresh_token);
    await (await refresh(mock, token)).text();
    await (await fetch(`${mock.origin}/v1/destroy/${token}?token=${token}`)).text();
    await (await fetch(`${mock.origin}/v1/<script>alert(1)</script>`)).text();
    await new Promise<void>((resolve, reject) => {
      const { port } = new URL(mock.origin);
      // A client that does not write its address as a browser would.
      rawRequest({ host: '127.0.0.1', port, path: '/v1/<b>&"' }, (answer) => {
        answer.resume();
        resolve();
      })
        .on('error', reject)
        .end();
    });
    const { html } = await panel();
    expect(html).toContain('POST /v1/token');
    expect(html).toContain('/v1/destroy/…');
    expect(html).not.toContain(token);
    expect(html).not.toContain(String(tokens.access_token));
    expect(html).not.toMatch(/<script|<b>/);
  });

  it('the front page leads here', async () => {
    const front = await fetch(`${mock.origin}/`, { headers: { accept: 'text/html' } });
    expect(await front.text()).toContain('href="/__standin/"');
    const bare = await fetch(`${mock.origin}/__standin`);
    expect([bare.redirected, bare.url]).toEqual([true, `${mock.origin}/__standin/`]);
  });
});
