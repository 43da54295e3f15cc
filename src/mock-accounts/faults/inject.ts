/** Applies faults to requests before they reach the server they are for. */
import type { EraRules } from '../era.ts';
import { styleOf } from '../http/server-style.ts';
import { addCors, addResponseHeaders } from '../http/response-headers.ts';
import type { ApiRole, Role } from '../routing.ts';
import { errorAnswer, pageAnswer, standardErrorAnswer } from './error-answer.ts';
import type { Faults } from './faults.ts';
import { type ActiveFault, secondsLeft, type FaultEffect } from './model.ts';
import { halves, setDate, type Wire, wireOf } from './connection.ts';

/** A request, and the server that would handle it. */
export interface FaultContext {
  readonly request: Request;
  /** From Node's server adapter; has the socket, for breaking the connection. */
  readonly env: unknown;
  readonly role: Role;
  /** Whether that is a server of the standards. */
  readonly isStandard: boolean;
  readonly rules: EraRules;
  /** The server's clock, in milliseconds. */
  readonly now: () => number;
  /** Passes the request to the server. */
  readonly answer: () => Response | Promise<Response>;
}

const isApi = (role: Role): role is ApiRole => role !== 'content' && role !== 'images';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const CORS_HEADERS = ['access-control-allow-origin', 'access-control-expose-headers'];

/** Discovery allows CORS; pages do not. */
function isOpenFile({ role, request }: FaultContext): boolean {
  return role === 'content' && new URL(request.url).pathname.startsWith('/.well-known/');
}

/** A response with the server's usual headers, optionally without CORS. */
function fromServer(context: FaultContext, answer: Response, cors: boolean): Response {
  const { role, rules, request, now } = context;
  if (!isApi(role)) {
    if (cors && isOpenFile(context)) answer.headers.set('access-control-allow-origin', '*');
    return answer;
  }
  const forHeaders = { origin: request.headers.get('origin'), now: now() };
  addResponseHeaders(answer, styleOf(rules, role), { ...forHeaders, belonging: 'route' });
  if (!cors) for (const name of CORS_HEADERS) answer.headers.delete(name);
  return answer;
}

function fromIntermediary(context: FaultContext, answer: Response, cors: boolean): Response {
  const { role, rules, request } = context;
  if (cors && isApi(role)) addCors(answer.headers, styleOf(rules, role), request.headers.get('origin'));
  if (cors && isOpenFile(context)) answer.headers.set('access-control-allow-origin', '*');
  return answer;
}

function plain(text: string, status: number): Response {
  const length = String(Buffer.byteLength(text));
  return new Response(text, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': length },
  });
}

/** Sends half of the body at once, and the rest `ms` milliseconds later. */
async function stalled(answer: Response, ms: number): Promise<Response> {
  const [first, rest] = halves(new Uint8Array(await answer.arrayBuffer()));
  if (first.length === 0) {
    await pause(ms);
    return new Response(null, answer);
  }
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(first);
      await pause(ms);
      controller.enqueue(rest);
      controller.close();
    },
  });
  return new Response(body, answer);
}

async function slowed(context: FaultContext, { ms, at = 'before' }: Extract<FaultEffect, { kind: 'slow' }>) {
  if (at === 'body') return stalled(await context.answer(), ms);
  if (at === 'after') {
    const answer = await context.answer();
    await pause(ms);
    return answer;
  }
  await pause(ms);
  return context.answer();
}

async function halved(answer: Response): Promise<Response> {
  const [first] = halves(new Uint8Array(await answer.arrayBuffer()));
  const headers = new Headers(answer.headers);
  headers.set('content-length', String(first.length));
  return new Response(first.length === 0 ? null : first, { status: answer.status, headers });
}

/** The response under a fault. Throws `LostAnswer` if the connection is to break and there is no socket. */
async function apply(context: FaultContext, effect: FaultEffect, wire: Wire): Promise<Response> {
  const { rules, role } = context;
  switch (effect.kind) {
    case 'status': {
      const { status, retryAfter, cors = true } = effect;
      const isStandard = effect.error !== undefined || (context.isStandard && effect.errno === undefined);
      const answer = !isApi(role)
        ? pageAnswer(status, retryAfter)
        : isStandard
          ? standardErrorAnswer(effect)
          : errorAnswer(rules, role, effect);
      return fromServer(context, answer, cors);
    }
    case 'html':
      return fromIntermediary(
        context,
        pageAnswer(effect.status ?? 200, effect.retryAfter),
        effect.cors ?? false,
      );
    case 'not-json':
      return fromServer(context, plain('<!-- not JSON -->', effect.status ?? 200), effect.cors ?? true);
    case 'empty':
      return fromServer(context, plain('', effect.status ?? 200), effect.cors ?? true);
    case 'drop':
      return wire.lose();
    case 'drop-after':
      await context.answer();
      return wire.lose();
    case 'truncated':
      return effect.cut === 'json' ? halved(await context.answer()) : wire.cut(await context.answer());
    case 'slow':
      return slowed(context, effect);
    case 'silence':
      return wire.keepSilent();
  }
}

/** Limits `Retry-After` to the fault's remaining time. */
function shortened(entry: ActiveFault, now: number): FaultEffect {
  const effect = entry.fault.what;
  if (!('retryAfter' in effect)) return effect;
  const left = Math.ceil(secondsLeft(entry, now));
  return left < effect.retryAfter ? { ...effect, retryAfter: left } : effect;
}

function isLost(effect: FaultEffect): boolean {
  if (effect.kind === 'truncated') return effect.cut === 'connection';
  return effect.kind === 'drop' || effect.kind === 'drop-after' || effect.kind === 'silence';
}

/** Applies the first matching fault, or passes the request through. Throws `LostAnswer` without a socket. */
export async function injectFaults(faults: Faults, context: FaultContext): Promise<Response> {
  const { request, env, now } = context;
  const { method } = request;
  const { pathname } = new URL(request.url);
  const at = faults.now();
  const tell = method === 'OPTIONS' ? undefined : faults.requests.note({ at, method, path: pathname });
  const entry = await faults.match(request);
  if (faults.settings.clockSkew !== 0) setDate(env, now());
  if (entry === undefined) {
    const answer = await context.answer();
    tell?.({ status: answer.status });
    return answer;
  }
  const effect = shortened(entry, faults.now());
  const lost = isLost(effect);
  tell?.({ fault: effect.kind, ...(lost && { status: 'lost' }) });
  const answer = await apply(context, effect, wireOf(request, env));
  if (!lost) tell?.({ status: answer.status });
  return answer;
}
