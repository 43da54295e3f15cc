// The kind of a request: method, path, content type and members, without values. What real servers took, and what is sent.
import { type Exchange, EXCHANGES, EXCHANGES_2023 } from './exchange.ts';

export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** Such as `POST /v1/destroy application/json {refresh_token_id}`, and `GET /v1/profile bearer`. */
export function kindOf({ method, path, headers, body = '' }: Sent): string {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const type = headers.get('content-type')?.split(';')[0];
  const named = [...searchParams.keys()];
  const parts = [
    `${method} ${pathname}`,
    ...(named.length > 0 ? [`?{${named.sort().join(' ')}}`] : []),
    ...(headers.get('authorization')?.startsWith('Bearer ') === true ? ['bearer'] : []),
    ...(headers.has('if-none-match') ? ['if-none-match'] : []),
    ...(type === undefined ? [] : [type, membersOf(type, body)]),
  ];
  return parts.join(' ');
}

function membersOf(type: string, body: string): string {
  if (type.startsWith('image/')) return '<bytes>';
  const isJson = type === 'application/json';
  const members = isJson ? (JSON.parse(body) as object) : Object.fromEntries(new URLSearchParams(body));
  const grant = (members as { grant_type?: string }).grant_type;
  return `{${Object.keys(members).sort().join(' ')}}${grant === undefined ? '' : ` ${grant}`}`;
}

/** The kinds that a server answered with success. */
function taken(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const good = exchanges.filter(
    ({ request, response: { status } }) =>
      request.method !== 'OPTIONS' && ((status >= 200 && status < 300) || status === 304),
  );
  return new Set(
    good.map(({ request: { headers, ...request } }) =>
      kindOf({ ...request, headers: new Headers({ ...headers }) }),
    ),
  );
}

export const TAKEN = { 2019: taken(EXCHANGES), 2023: taken(EXCHANGES_2023) } as const;

/** A `fetch` that notes the kinds of what goes to `origin`. */
export function noting(
  kinds: Set<string>,
  origin: () => string,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.startsWith(`${origin()}/`)) {
      const { method = 'GET', headers, body } = init ?? {};
      const text = typeof body === 'string' ? body : undefined;
      kinds.add(
        kindOf({ method, path: url.slice(origin().length), headers: new Headers(headers), body: text }),
      );
    }
    return fetch(input, init);
  };
}
