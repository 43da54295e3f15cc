/** The one place where faults meet requests: between the stand-in's front door and the server a request is for. */
import type { EraRules } from '../era.ts';
import { styleOf } from '../http/server-style.ts';
import { addCors, dress } from '../http/response-headers.ts';
import type { ApiRole, Role } from '../routing.ts';
import { errorAnswer, pageAnswer } from './error-answer.ts';
import type { Faults } from './faults.ts';
import { type ActiveFault, secondsLeft, type Trouble } from './model.ts';
import { halves, setDate, type Wire, wireOf } from './connection.ts';

/** A request on its way to the server that answers it. */
export interface Passage {
  readonly request: Request;
  /** What Node's server hands along: the socket, for those that lose it. */
  readonly env: unknown;
  readonly role: Role;
  readonly rules: EraRules;
  /** The server's clock, in milliseconds. */
  readonly now: () => number;
  /** Lets the server do its work. */
  readonly answer: () => Response | Promise<Response>;
}

const isApi = (role: Role): role is ApiRole => role !== 'content' && role !== 'images';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const CORS_HEADERS = ['access-control-allow-origin', 'access-control-expose-headers'];

/** Discovery is open to every site; pages are to none. */
function isOpenFile({ role, request }: Passage): boolean {
  return role === 'content' && new URL(request.url).pathname.startsWith('/.well-known/');
}

/** An answer of the server itself, dressed as its others are, but perhaps without CORS. */
function fromServer(passage: Passage, answer: Response, cors: boolean): Response {
  const { role, rules, request, now } = passage;
  if (!isApi(role)) {
    if (cors && isOpenFile(passage)) answer.headers.set('access-control-allow-origin', '*');
    return answer;
  }
  const context = { origin: request.headers.get('origin'), now: now() };
  dress(answer, styleOf(rules, role), { ...context, belonging: 'route' });
  if (!cors) for (const name of CORS_HEADERS) answer.headers.delete(name);
  return answer;
}

function fromSomebodyElse(passage: Passage, answer: Response, cors: boolean): Response {
  const { role, rules, request } = passage;
  if (cors && isApi(role)) addCors(answer.headers, styleOf(rules, role), request.headers.get('origin'));
  if (cors && isOpenFile(passage)) answer.headers.set('access-control-allow-origin', '*');
  return answer;
}

function plain(text: string, status: number): Response {
  const length = String(Buffer.byteLength(text));
  return new Response(text, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': length },
  });
}

/** The answer of which half arrives at once, and the rest `ms` milliseconds later. */
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

async function slowed(passage: Passage, { ms, at = 'before' }: Extract<Trouble, { kind: 'slow' }>) {
  if (at === 'body') return stalled(await passage.answer(), ms);
  if (at === 'after') {
    const answer = await passage.answer();
    await pause(ms);
    return answer;
  }
  await pause(ms);
  return passage.answer();
}

async function halved(answer: Response): Promise<Response> {
  const [first] = halves(new Uint8Array(await answer.arrayBuffer()));
  const headers = new Headers(answer.headers);
  headers.set('content-length', String(first.length));
  return new Response(first.length === 0 ? null : first, { status: answer.status, headers });
}

/** What comes of a request that a fault has taken. Throws `LostAnswer` where there is no socket to lose. */
async function suffer(passage: Passage, trouble: Trouble, wire: Wire): Promise<Response> {
  const { rules, role } = passage;
  switch (trouble.kind) {
    case 'status': {
      const { status, retryAfter, cors = true } = trouble;
      const answer = isApi(role) ? errorAnswer(rules, role, trouble) : pageAnswer(status, retryAfter);
      return fromServer(passage, answer, cors);
    }
    case 'html':
      return fromSomebodyElse(
        passage,
        pageAnswer(trouble.status ?? 200, trouble.retryAfter),
        trouble.cors ?? false,
      );
    case 'not-json':
      return fromServer(passage, plain('<!-- not JSON -->', trouble.status ?? 200), trouble.cors ?? true);
    case 'empty':
      return fromServer(passage, plain('', trouble.status ?? 200), trouble.cors ?? true);
    case 'drop':
      return wire.lose();
    case 'drop-after':
      await passage.answer();
      return wire.lose();
    case 'truncated':
      return trouble.cut === 'json' ? halved(await passage.answer()) : wire.cut(await passage.answer());
    case 'slow':
      return slowed(passage, trouble);
    case 'silence':
      return wire.keepSilent();
  }
}

/** A `Retry-After` beyond the end of its fault would be a lie. */
function shortened(entry: ActiveFault, now: number): Trouble {
  const trouble = entry.fault.what;
  if (!('retryAfter' in trouble)) return trouble;
  const left = Math.ceil(secondsLeft(entry, now));
  return left < trouble.retryAfter ? { ...trouble, retryAfter: left } : trouble;
}

function isLost(trouble: Trouble): boolean {
  if (trouble.kind === 'truncated') return trouble.cut === 'connection';
  return trouble.kind === 'drop' || trouble.kind === 'drop-after' || trouble.kind === 'silence';
}

/** Lets a request pass, or suffer what is set for it. Where nothing is, nothing changes. Throws `LostAnswer` without a socket. */
export async function meetFaults(faults: Faults, passage: Passage): Promise<Response> {
  const { request, env, now } = passage;
  const { method } = request;
  const { pathname } = new URL(request.url);
  const at = faults.now();
  const tell = method === 'OPTIONS' ? undefined : faults.requests.note({ at, method, path: pathname });
  const entry = await faults.meet(request);
  if (faults.settings.clockSkew !== 0) setDate(env, now());
  if (entry === undefined) {
    const answer = await passage.answer();
    tell?.({ status: answer.status });
    return answer;
  }
  const trouble = shortened(entry, faults.now());
  const lost = isLost(trouble);
  tell?.({ fault: trouble.kind, ...(lost && { status: 'lost' }) });
  const answer = await suffer(passage, trouble, wireOf(request, env));
  if (!lost) tell?.({ status: answer.status });
  return answer;
}
