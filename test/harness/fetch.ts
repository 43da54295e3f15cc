// A strict `fetch`: it answers the requests it expects, in their order, and fails the test that makes another one
// or that leaves one out. It also refuses what a browser or the CORS rules of Mozilla accounts would refuse.
import { expect, onTestFinished } from 'vitest';

export interface ExpectedRequest {
  method?: 'GET' | 'POST';
  url: string;
  /** The whole form that must be sent, no more and no less. */
  form?: Record<string, string>;
  /** Or the whole body of any other type. */
  body?: { type: string; content: string | Uint8Array };
  authorization?: string;
  /** A thrown error stands for a broken network; `silence` for a server that never answers. */
  answer: Response | Error | 'silence' | (() => Response);
}

const CORS_HEADERS = ['accept', 'authorization', 'content-type'];

/** To be called inside a test. */
export function strictFetch(...expected: readonly ExpectedRequest[]): typeof fetch {
  const pending = [...expected];
  const faults: string[] = [];
  onTestFinished(() => {
    expect(faults, 'unexpected or malformed requests').toEqual([]);
    expect(
      pending.map(({ url }) => url),
      'requests never made',
    ).toEqual([]);
  });
  return async function (this: unknown, input, init) {
    const request = pending.shift();
    const seen = `${init?.method ?? 'GET'} ${input instanceof Request ? input.url : input.toString()}`;
    if (request === undefined || seen !== `${request.method ?? 'GET'} ${request.url}`) {
      faults.push(seen);
      throw new Error(`unexpected request: ${seen}`);
    }
    try {
      checkManners(this, init ?? {});
      checkContent(request, init ?? {});
    } catch (error) {
      // The code under test may translate what is thrown here; the test must fail all the same.
      faults.push(error instanceof Error ? error.message : String(error));
      throw error;
    }
    return answerWith(request.answer, init?.signal ?? undefined);
  };
}

/** A JSON answer as FxA gives it. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** An error answer of FxA: `code`, `errno`, and an `error` that says nothing. */
export function fxaError(
  status: number,
  errno: number,
  extra: object = {},
  headers: Record<string, string> = {},
) {
  return json(
    { code: status, errno, error: 'Bad Request', message: 'words', info: 'url', ...extra },
    status,
    headers,
  );
}

function checkManners(receiver: unknown, init: RequestInit): void {
  expect(receiver, 'fetch must be called as a bare function').toBeUndefined();
  for (const [name] of new Headers(init.headers)) expect(CORS_HEADERS).toContain(name);
  expect(init).toMatchObject({
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
    // Or a server would read in `Referer` which page asked.
    referrerPolicy: 'no-referrer',
  });
  expect(init.signal?.aborted).toBe(false);
}

function checkContent(request: ExpectedRequest, init: RequestInit): void {
  const headers = new Headers(init.headers);
  expect(headers.get('authorization')).toBe(request.authorization ?? null);
  if (request.body) {
    expect(headers.get('content-type')).toBe(request.body.type);
    expect(wireBytes(init.body).equals(wireBytes(request.body.content)), 'the body').toBe(true);
    return;
  }
  expect(init.body === undefined || typeof init.body === 'string', 'a form is text').toBe(true);
  const body = typeof init.body === 'string' ? init.body : '';
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual(request.form ?? {});
  if (body !== '') expect(headers.get('content-type')).toContain('application/x-www-form-urlencoded');
}

function wireBytes(body: unknown): Buffer {
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(String(body));
}

async function answerWith(
  answer: ExpectedRequest['answer'],
  signal: AbortSignal | undefined,
): Promise<Response> {
  if (answer === 'silence') {
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  }
  if (answer instanceof Error) throw answer;
  return typeof answer === 'function' ? answer() : answer;
}
