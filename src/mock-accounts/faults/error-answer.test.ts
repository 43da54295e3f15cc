// Error responses, in the format of each server.
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../era.ts';
import { errorAnswer, pageAnswer } from './error-answer.ts';
import type { FaultEffect } from './model.ts';

type StatusEffect = Omit<Extract<FaultEffect, { kind: 'status' }>, 'kind'>;

async function answer(
  effect: StatusEffect,
  role: Parameters<typeof errorAnswer>[1],
  era: 'today' | '2019' = 'today',
) {
  const response = errorAnswer(rulesOf(era), role, { kind: 'status', ...effect });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, header: response.headers.get('retry-after'), body };
}

describe('numbers', () => {
  it.each([
    ['oauth', { status: 400, errno: 108 }, 'Invalid token'],
    ['auth', { status: 401, errno: 110 }, 'Invalid authentication token in request signature'],
    ['oauth', { status: 400, errno: 105 }, 'Unknown code'],
  ] as const)('%s %j has that server’s own words', async (role, effect, message) => {
    const { body } = await answer(effect, role);
    expect(body).toMatchObject({ code: effect.status, errno: effect.errno, message });
    expect(body.info).toContain('https://');
  });

  it.each([
    ['oauth', 400, 109],
    ['auth', 400, 107],
    ['profile', 400, 101],
    ['auth', 401, 110],
    ['profile', 401, 100],
    ['oauth', 404, 999],
    ['oauth', 429, 114],
    ['profile', 429, 114],
    ['oauth', 500, 999],
    ['auth', 503, 201],
    ['profile', 503, 104],
  ] as const)('%s %i has the number %i unless told otherwise', async (role, status, errno) => {
    expect((await answer({ status }, role)).body).toMatchObject({ code: status, errno });
  });

  it('does not use the message of an errno under another status', async () => {
    const { body } = await answer({ status: 429, errno: 114 }, 'oauth');
    expect(body).toMatchObject({ error: 'Too Many Requests', message: 'Client has sent too many requests' });
  });

  it('omits `info` at the profile server', async () => {
    expect((await answer({ status: 401 }, 'profile')).body).toEqual({
      code: 401,
      errno: 100,
      error: 'Bad Request',
      message: 'Unauthorized',
    });
  });
});

describe('Retry-After', () => {
  it.each([
    ['oauth', 'today', { status: 429, retryAfter: 60 }, '60', 60_000],
    ['auth', 'today', { status: 429, retryAfter: 60 }, '60', 60_000],
    ['profile', 'today', { status: 429, retryAfter: 60 }, '60', 60],
    ['oauth', '2019', { status: 429, retryAfter: 60 }, '60', 60],
    ['oauth', 'today', { status: 503, retryAfter: 30 }, '30', 30],
    ['oauth', 'today', { status: 429, retryAfter: 60, bodyRetryAfter: 7 }, '60', 7],
    ['oauth', 'today', { status: 429, retryAfter: 60, bodyRetryAfter: false }, '60', undefined],
    ['oauth', 'today', { status: 429, bodyRetryAfter: 30_000 }, null, 30_000],
    ['oauth', 'today', { status: 429 }, null, undefined],
  ] as const)('%s of %s, %j: header %s, body %s', async (role, era, effect, header, inBody) => {
    const got = await answer(effect, role, era);
    expect([got.header, got.body.retryAfter]).toEqual([header, inBody]);
  });
});

describe('pages', () => {
  it('look like a captive portal below 400, and like a proxy above', async () => {
    const portal = pageAnswer(200);
    expect(portal.headers.get('content-type')).toContain('text/html');
    expect(await portal.text()).toContain('Sign in to this network');
    const proxy = pageAnswer(429, 5);
    expect([proxy.status, proxy.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await proxy.text()).toContain('429 Too Many Requests');
  });
});
