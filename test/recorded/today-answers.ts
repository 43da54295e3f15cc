// Answers of today's servers where those of 2023 answered something else.
import type { Comparable } from './compare.ts';
import type { Exchange } from './exchange.ts';
import { parametersOf } from './facts.ts';

type Members = Readonly<Record<string, unknown>>;

/** Whether the profile server was asked. */
export const isProfile = ({ request }: Exchange) =>
  /^\/v1\/(?:profile|avatar|email|uid|display_name)/.test(request.path);

/** The headers of an error in place of an answer that was long, and had a version. */
export function shortHeaders({ headers }: Comparable): Comparable['headers'] {
  const { etag: _, 'last-modified': __, vary = '', ...rest } = headers;
  const left = vary.replace(/,?accept-encoding$/, '');
  return left === '' ? rest : { ...rest, vary: left };
}

const documentation = (part: string) => `https://mozilla.github.io/ecosystem-platform/api#section/${part}`;
const refused = (errno: number, message: string, more: Members = {}): Members => ({
  code: 400,
  errno,
  error: 'Bad Request',
  message,
  info: documentation('Errors'),
  ...more,
});
/** An error of the auth server's paths. */
export const refusedByAuth = (errno: number, message: string, more: Members = {}): Members => ({
  ...refused(errno, message),
  info: documentation('Response-format'),
  ...more,
});

/** How the path answers for a token or code that is gone; undefined where it does not tell. */
export function answerForGone(exchange: Exchange): Members | undefined {
  const { code } = parametersOf(exchange.request);
  switch (exchange.request.path) {
    case '/v1/token':
      return code === undefined
        ? refused(108, 'Invalid token')
        : refused(105, 'Unknown code', { requestCode: code });
    case '/v1/oauth/token':
      return code === undefined
        ? refusedByAuth(110, 'Invalid authentication token in request signature', {
            code: 401,
            error: 'Unauthorized',
          })
        : refusedByAuth(172, 'Unknown authorization code');
    case '/v1/verify':
    case '/v1/destroy':
      return refused(108, 'Invalid token');
    case '/v1/introspect':
      return { active: false };
    default:
      return isProfile(exchange)
        ? { code: 401, errno: 100, error: 'Bad Request', message: 'Unauthorized', reason: 'Invalid token' }
        : undefined;
  }
}
