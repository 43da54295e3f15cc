// `send-test-event`: sends the webhook an event that it must refuse, since only Mozilla accounts can sign one. The
// reason of the refusal shows whether proxies in front pass on what Mozilla accounts sends.
import { randomBytes, randomUUID } from 'node:crypto';
import { WEBHOOK_PATH } from '../routes/webhooks.ts';
import type { CommandContext, Typed } from './command.ts';

const TIMEOUT_MS = 10_000;
const TEST_EVENT = 'https://schemas.accounts.firefox.com/event/test';

/** Sends one unsigned token; true when it was refused for that reason. */
export async function sendTestEvent(
  { settings, fetch, say, now }: CommandContext,
  { to }: Typed,
): Promise<boolean> {
  const { issuer, clients, host, port } = settings;
  const url = to ?? `http://${reachable(host)}:${port}${WEBHOOK_PATH}`;
  const claims = {
    iss: issuer,
    aud: clients[0]?.clientId,
    sub: randomBytes(16).toString('hex'),
    jti: randomUUID(),
    iat: Math.floor(now() / 1000),
    events: { [TEST_EVENT]: {} },
  };
  const token = [part({ alg: 'none' }), part(claims), randomBytes(32).toString('base64url')].join('.');
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    const verdict = verdictOn(answer);
    say(`${url} answered ${answer.status}: ${verdict ?? REFUSED}`);
    return verdict === undefined;
  } catch (error) {
    say(
      `${url} does not answer (${reasonOf(error)}): is the companion running, and does the proxy in front reach it?`,
    );
    return false;
  }
}

const REFUSED =
  'the companion refused the unsigned event, as it must, and counts it as refused. Real events can reach it.';

/** What is wrong; undefined when the event was refused for its missing signature. */
function verdictOn({ status, headers }: Response): string | undefined {
  const reason = /error_description="(\w+)"/.exec(headers.get('www-authenticate') ?? '')?.[1];
  if (status === 401 && reason === 'algorithm') return undefined;
  if (status === 401 && reason === 'malformed')
    return 'the companion got no token. A proxy in front removes the Authorization header: have it passed on.';
  if (status === 401)
    return 'the answer is not from the companion. A proxy in front asks for credentials of its own.';
  if (status >= 300 && status < 400)
    return 'a redirect. Mozilla accounts would follow it with a GET: name the final address.';
  if (status === 404 || status === 405) return `no webhook is there. Its path is ${WEBHOOK_PATH}.`;
  if (status === 429) return 'this network has sent too many refused events: wait a minute.';
  return status < 300
    ? 'something else is there, which takes any event.'
    : 'the companion, or a proxy in front, has a problem.';
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { readonly cause?: { readonly code?: string } };
  return cause?.code ?? message;
}
