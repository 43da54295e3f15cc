// The contract with an account: one sign-in, and what becomes of its tokens. All that was issued is destroyed again,
// whatever happens on the way.
import {
  destroyAccessToken,
  destroyGrant,
  isFxaError,
  type Deployment,
  type Endpoints,
  type Http,
} from '../../src/fxa/index.ts';
import { SignInError } from '../driver/sign-in-form.ts';
import { Unexpected, runAccountSteps, type Issued, type SignIn, type Work } from './account-steps.ts';
import { skipped, type Line } from './evaluate.ts';
import type { BrowserClient } from './settings.ts';

const GROUP = 'With the account';

/** @throws never: what goes wrong is a line. */
export async function accountLines(
  endpoints: Endpoints,
  client: BrowserClient,
  signIn: SignIn,
  send: typeof fetch,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const issued: Issued = { accessTokens: new Set(), grant: undefined };
  const http: Http = { fetch: send };
  const { config } = client;
  const deployment: Deployment = { name: config.environment, clientId: config.clientId, endpoints };
  let stopped = false;
  const step = async <T>(
    name: string,
    expected: string,
    knownFrom: string,
    work: Work<T>,
  ): Promise<T | undefined> => {
    if (stopped) {
      lines.push(skipped(GROUP, name, 'needs the line that failed'));
      return undefined;
    }
    const line = { group: GROUP, name, expected };
    try {
      const { came, value } = await work();
      lines.push({ ...line, outcome: 'passed', came });
      return value;
    } catch (error) {
      stopped = true;
      lines.push({ ...line, outcome: 'failed', came: wordsFor(error), knownFrom, advice: adviceFor(error) });
      return undefined;
    }
  };
  try {
    await runAccountSteps({ deployment, client, signIn, http, issued, step });
  } finally {
    lines.push(await cleanUp(deployment, issued, http));
  }
  return lines;
}

async function cleanUp(deployment: Deployment, issued: Issued, http: Http): Promise<Line> {
  const left: string[] = [];
  for (const token of issued.accessTokens)
    await destroyAccessToken(deployment, token, http).catch(() => left.push('an access token'));
  if (issued.grant !== undefined)
    await destroyGrant(deployment, issued.grant, http).catch(() => left.push('a grant'));
  const line = { group: GROUP, name: 'nothing is left behind', expected: 'every token destroyed' };
  if (left.length === 0) return { ...line, outcome: 'passed', came: 'every token destroyed' };
  return {
    ...line,
    outcome: 'failed',
    came: `left: ${left.join(', ')}`,
    knownFrom: 'src/fxa/destroy.ts',
    advice: `Disconnect client ${deployment.clientId} at ${deployment.endpoints.issuer}/settings#connected-services.`,
  };
}

/** Errors of src/fxa hold no secrets; of others only the name is told. */
function wordsFor(error: unknown): string {
  if (error instanceof Unexpected || error instanceof SignInError) return error.message;
  if (!isFxaError(error)) return `an unexpected ${error instanceof Error ? error.name : 'failure'}`;
  const { code, reason, status, errno } = error;
  const numbers = status === undefined ? '' : ` ${status}${errno === undefined ? '' : `, errno ${errno}`}`;
  return `${code}${reason === undefined ? '' : ` (${reason})`}${numbers}`;
}

function adviceFor(error: unknown): string {
  if (error instanceof SignInError) return 'Try the same account by hand in a browser, with a new profile.';
  if (!isFxaError(error)) return 'Try by hand with a build for this deployment, and report what came.';
  if (error.code === 'offline' || error.code === 'server_unavailable' || error.code === 'rate_limited')
    return `The deployment does not answer properly. Run this again in ${error.retryAfter ?? 60} seconds.`;
  return `The extension would fail here, too: src/fxa/errors.ts explains ${error.reason ?? error.code}.`;
}
