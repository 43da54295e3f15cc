// The deployment as its own discovery document describes it. The generation of its servers follows from
// there, without a setting.
import { currentEndpoints, discover, type Endpoints, type Http, isFxaError } from '../../src/fxa/index.ts';
import { discoveryUrl, type AllEndpoints } from '../../src/fxa/environments.ts';
import { withoutSlash } from '../../src/fxa/secure-url.ts';
import { askFor } from './answer.ts';
import { evaluate, member, sameClock, status, type Expectation, type Line } from './evaluate.ts';
import type { BrowserClient } from './settings.ts';

export interface Target {
  readonly endpoints: AllEndpoints;
  /** What kind of servers these are, in words. */
  readonly generation: string;
  readonly clients: readonly BrowserClient[];
}

export interface Found {
  readonly lines: readonly Line[];
  /** Undefined when nothing more can be asked. */
  readonly target: Target | undefined;
}

const GROUP = 'Discovery';

/** Fetches the discovery document, judges it, and finds the endpoints: of a build that has them, or those it names. */
export async function findTarget(clients: readonly BrowserClient[], send: typeof fetch): Promise<Found> {
  const [first] = clients;
  if (first === undefined) throw new Error('There is no client to check.');
  const { issuer, endpoints: built } = first.config;
  const http: Http = { fetch: send };
  const request = { method: 'GET', url: discoveryUrl(issuer) } as const;
  const document = await askFor(request, send);
  const check = (name: string, expect: readonly Expectation[], advice: string): Line =>
    evaluate(
      { group: GROUP, name, request, expect, advice, knownFrom: 'OpenID Connect Discovery 1.0, section 4' },
      document,
    );
  const lines = [
    check(
      'the document',
      [status(200), member('names itself as issuer', (body) => withoutSlash(String(body.issuer)) === issuer)],
      'Compare the issuer with the address people sign in at: scheme, host and port.',
    ),
    check(
      'the clock',
      [sameClock],
      'Set this machine’s clock, or have the server’s set: id_tokens are judged by it.',
    ),
  ];
  const endpoints = await discover(issuer, http).catch((error: unknown) => error);
  if (!isComplete(endpoints)) {
    lines.push(unusable(endpoints));
    return { lines, target: undefined };
  }
  lines.push(await comparison(built, endpoints, http));
  const body = 'body' in document ? document.body : undefined;
  return { lines, target: { endpoints, generation: generationOf(endpoints, body), clients } };
}

/** A sign-in works without revocation and introspection, but nothing here may be left unchecked. */
const isComplete = (value: unknown): value is AllEndpoints =>
  isEndpoints(value) && value.destroy !== undefined && value.introspect !== undefined;

const isEndpoints = (value: unknown): value is Endpoints =>
  typeof value === 'object' && value !== null && 'token' in value;

function unusable(found: unknown): Line {
  const error = isFxaError(found)
    ? `${found.code}${found.reason ? ` (${found.reason})` : ''}`
    : 'an unknown error';
  return {
    group: GROUP,
    name: 'names usable endpoints',
    outcome: 'failed',
    expected: 'all that a sign-in, its end and a companion need, https',
    came: isEndpoints(found) ? missingOf(found) : error,
    advice: 'Without endpoints nothing else can be checked. Put this right first.',
    knownFrom: 'src/fxa/discovery.ts',
  };
}

function missingOf({ destroy, introspect }: Endpoints): string {
  const names = [
    ...(destroy === undefined ? ['revocation_endpoint'] : []),
    ...(introspect === undefined ? ['introspection_endpoint'] : []),
  ];
  return `no ${names.join(', no ')}`;
}

/** Builds for stage and production have their endpoints built in, and take over what discovery names. */
async function comparison(built: Endpoints | undefined, named: Endpoints, http: Http): Promise<Line> {
  const line = { group: GROUP, name: 'names usable endpoints', expected: 'all that a sign-in needs, https' };
  if (built === undefined) return { ...line, outcome: 'passed', came: hostsOf(named) };
  const now = await currentEndpoints(built, http).catch(() => built);
  const moved = (Object.keys(built) as (keyof Endpoints)[]).filter((name) => now[name] !== built[name]);
  if (moved.length === 0) return { ...line, outcome: 'passed', came: `${hostsOf(named)}, as built in` };
  return {
    ...line,
    outcome: 'failed',
    expected: 'the endpoints that the build has built in',
    came: `others for ${moved.join(', ')}`,
    advice:
      'A build reaches only the hosts that are built in (content security policy). Change src/fxa/environments.ts.',
    knownFrom: 'src/fxa/environments.ts',
  };
}

const hostsOf = ({ token, profile, authorization }: Endpoints): string =>
  [...new Set([authorization, token, profile].map((url) => new URL(url).host))].join(', ');

/** FxA: servers of 2019 name no revocation endpoint. Nothing in the document is known to tell 2023 from today. */
export function generationOf(
  { dialect }: Endpoints,
  document: Readonly<Record<string, unknown>> | undefined,
): string {
  if (dialect === 'oauth2') return 'a server of the OAuth standards';
  if (document?.revocation_endpoint === undefined) return 'Mozilla accounts as of 2019';
  return 'Mozilla accounts of 2023 or today';
}
