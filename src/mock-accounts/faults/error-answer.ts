/** Builds the error response of a fault, in the format of the server it is for. */
import { STATUS_CODES } from 'node:http';
import type { EraRules } from '../era.ts';
import { styleOf } from '../http/server-style.ts';
import { json } from '../http/reply.ts';
import type { ApiRole } from '../routing.ts';
import type { FaultEffect } from './model.ts';

type StatusEffect = Extract<FaultEffect, { kind: 'status' }>;

/** FxA: each server's default errno for a status. */
const USUAL: Readonly<Record<ApiRole, Readonly<Record<number, number>>>> = {
  oauth: { 400: 109, 401: 104, 415: 113, 429: 114, 503: 201 },
  auth: { 400: 107, 401: 110, 410: 116, 413: 113, 429: 114, 503: 201 },
  profile: { 400: 101, 401: 100, 429: 114, 503: 104 },
};

const MESSAGES: Readonly<Record<number, string>> = {
  429: 'Client has sent too many requests',
  500: 'Unspecified error',
  503: 'Service unavailable',
};

function wording(
  rules: EraRules,
  role: ApiRole,
  status: number,
  errno: number,
): Readonly<Record<string, unknown>> {
  // The same errno may mean something else under another status, so its message is not used there.
  if (role !== 'profile') {
    const { status: usual, body } = styleOf(rules, role).render({ kind: role, errno, extra: {} });
    if (usual === status && body.errno === errno) return body;
  }
  const phrase = STATUS_CODES[status] ?? 'Unknown';
  const own = role === 'profile' && status === 401 ? { error: 'Bad Request', message: 'Unauthorized' } : {};
  const info = role === 'oauth' ? rules.oauthErrorInfo : rules.authErrorInfo;
  return {
    code: status,
    errno,
    error: phrase,
    message: MESSAGES[status] ?? phrase,
    ...(role === 'profile' ? {} : { info }),
    ...own,
  };
}

/** FxA: the newest auth and OAuth servers use milliseconds in the body of a 429; all other bodies use seconds. */
function bodyTime(rules: EraRules, role: ApiRole, { status, retryAfter, bodyRetryAfter }: StatusEffect) {
  if (bodyRetryAfter !== undefined) return bodyRetryAfter === false ? undefined : bodyRetryAfter;
  const inMilliseconds = rules.retryAfterInMilliseconds && role !== 'profile' && status === 429;
  return retryAfter === undefined || !inMilliseconds ? retryAfter : retryAfter * 1000;
}

/** RFC 6749, section 5.2; RFC 6750, section 3.1. */
const STANDARD: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'invalid_token',
  403: 'insufficient_scope',
  404: 'invalid_request',
  500: 'server_error',
};

/** The response of a server of the standards, without its headers. */
export function standardErrorAnswer({ status, error, retryAfter, bodyRetryAfter }: StatusEffect): Response {
  const code = error ?? STANDARD[status] ?? 'temporarily_unavailable';
  const time = typeof bodyRetryAfter === 'number' ? { retryAfter: bodyRetryAfter } : {};
  const body = { error: code, error_description: STATUS_CODES[status] ?? 'Unknown', ...time };
  return json(body, status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
}

/** The response, without the server's headers. */
export function errorAnswer(rules: EraRules, role: ApiRole, effect: StatusEffect): Response {
  const { status, retryAfter } = effect;
  const errno = effect.errno ?? USUAL[role][status] ?? 999;
  const body = { ...wording(rules, role, status, errno), retryAfter: bodyTime(rules, role, effect) };
  return json(body, status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
}

/** The page of a captive portal (below 400) or a proxy. */
export function pageAnswer(status: number, retryAfter?: number): Response {
  const heading = status < 400 ? 'Sign in to this network' : `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const page = `<!doctype html>\n<html lang="en"><title>${heading}</title><h1>${heading}</h1></html>\n`;
  return new Response(page, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(page)),
      'cache-control': 'no-store',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
  });
}
