// What a recording tells as a whole: whose accounts and clients it speaks of, what its tokens and codes were issued for.
import type { Client } from '../../src/mock-accounts/store/types.ts';
import type { Exchange, RecordedRequest } from './exchange.ts';

type Members = Readonly<Record<string, unknown>>;

/** What is known of a token or code value. */
export interface TokenFacts {
  kind?: 'access' | 'refresh' | 'code';
  clientId?: string;
  scope?: string;
  uid?: string;
  /** How the person signed in, which is forgotten at a refresh. */
  authentication?: Authenticated | 'forgotten';
}

/** How a person signed in. */
export interface Authenticated {
  readonly amr: readonly string[];
  readonly aal: number;
}

const BY_PASSWORD: Authenticated = { amr: ['pwd', 'email'], aal: 1 };

/** The sign-in that an id_token tells of; by password where there is none. */
export function authenticationIn(idToken: unknown): Authenticated {
  const { amr, 'fxa-aal': aal } = claimsIn(text(idToken) ?? '') ?? {};
  return {
    amr: Array.isArray(amr) ? (amr as readonly string[]) : BY_PASSWORD.amr,
    aal: typeof aal === 'number' ? aal : BY_PASSWORD.aal,
  };
}

/** The sign-in that an access token remembers. JWTs are issued anew, by password. */
export function authenticationOf({ tokens }: Facts, token: string): Authenticated | undefined {
  const known = token.includes('.') ? undefined : tokens.get(token)?.authentication;
  return known === 'forgotten' ? undefined : (known ?? BY_PASSWORD);
}

export interface Facts {
  /** The account that most answers are about; its address where one is told. */
  readonly uid: string;
  readonly emails: ReadonlyMap<string, string>;
  readonly clients: readonly Client[];
  readonly tokens: ReadonlyMap<string, TokenFacts>;
}

function parsed(text: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Members) : {};
  } catch {
    return {};
  }
}

/** The parameters of a request: of its JSON or form body; without a body, of its query. */
export function parametersOf(request: RecordedRequest): Record<string, string> {
  if (request.body === '') {
    return Object.fromEntries(new URL(request.path, 'http://localhost').searchParams);
  }
  return request.headers['content-type']?.includes('form-urlencoded') === true
    ? Object.fromEntries(new URLSearchParams(request.body))
    : (parsed(request.body) as Record<string, string>);
}

/** The members of a JSON answer; none when it is no JSON object. */
export const answerOf = ({ response }: Exchange): Members => parsed(response.body);

export const bearerOf = (request: RecordedRequest): string =>
  request.headers.authorization?.replace(/^bearer /i, '') ?? '';

/** The claims in a compact JWS, unverified; undefined for anything else. */
export function claimsIn(token: string): Members | undefined {
  const [, payload, signature] = token.split('.');
  return payload === undefined || signature === undefined
    ? undefined
    : parsed(Buffer.from(payload, 'base64url').toString());
}

/** The value that a list holds most often, the first of those that do. */
export function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Whom an answer is about: it says so, or a token in it does. */
export function subjectOf(answer: Members): string | undefined {
  const tokens = [answer.id_token, answer.access_token].map((token) => claimsIn(text(token) ?? '')?.sub);
  return [answer.uid, answer.sub, answer.user, ...tokens].map(text).find((uid) => uid !== undefined);
}

/** The client a request names, in its body or its Basic header. */
export function clientIdOf(request: RecordedRequest): string | undefined {
  const basic = /^Basic\s+(\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const named = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':')[0];
  return text(parametersOf(request).client_id) ?? named;
}

function tokenFacts(exchanges: readonly Exchange[]): Map<string, TokenFacts> {
  const tokens = new Map<string, TokenFacts>();
  // Twice, since whose a refreshed token is may be told by a later exchange.
  for (let round = 0; round < 2; round += 1) noteTokens(exchanges, tokens);
  return tokens;
}

function noteTokens(exchanges: readonly Exchange[], tokens: Map<string, TokenFacts>): void {
  const note = (value: unknown, facts: { [Key in keyof TokenFacts]: TokenFacts[Key] | undefined }) => {
    if (typeof value !== 'string' || value === '') return;
    const told = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
    tokens.set(value, { ...tokens.get(value), ...told });
  };
  for (const exchange of exchanges) {
    if (exchange.response.status !== 200) continue;
    const { request } = exchange;
    const given = parametersOf(request);
    const answer = answerOf(exchange);
    const clientId = clientIdOf(request);
    const scope = text(answer.scope);
    if (request.path.endsWith('/token')) {
      const uid = subjectOf(answer) ?? tokens.get(given.refresh_token ?? '')?.uid;
      const isRefresh = given.refresh_token !== undefined;
      const authentication = isRefresh ? 'forgotten' : authenticationIn(answer.id_token);
      note(answer.access_token, { kind: 'access', clientId, scope, uid, authentication });
      note(answer.refresh_token, { kind: 'refresh', clientId, scope, uid });
      note(given.refresh_token, { kind: 'refresh', clientId, uid });
    } else if (request.path === '/v1/oauth/authorization') {
      note(answer.code, { kind: 'code', clientId, scope: given.scope });
    } else if (request.path === '/v1/verify') {
      const scopes = (answer.scope as readonly string[]).join(' ');
      note(given.token, {
        kind: 'access',
        clientId: text(answer.client_id),
        scope: scopes,
        uid: text(answer.user),
      });
    } else if (request.path === '/v1/introspect' && answer.client_id !== undefined) {
      const kind = answer.token_type === 'refresh_token' ? 'refresh' : 'access';
      note(given.token, { kind, clientId: text(answer.client_id), scope, uid: text(answer.sub) });
    } else if (request.headers.authorization !== undefined) {
      note(bearerOf(request), { kind: 'access', uid: text(answer.uid) ?? text(answer.sub) });
    }
  }
}

/** The redirect URIs a recording shows to be registered for a client, in the order they were seen. */
function redirectUrisOf(exchanges: readonly Exchange[], id: string): string[] {
  const uris = exchanges.flatMap((exchange) => {
    const { path } = exchange.request;
    const given = parametersOf(exchange.request);
    const answer = answerOf(exchange);
    if (path.includes('/client/') && answer.id === id) return String(answer.redirect_uri).split(',');
    if (given.client_id !== id || !path.includes('authorization')) return [];
    const wrong = exchange.response.body.includes('redirect') && exchange.response.status >= 400;
    const onPage = exchange.response.body.includes('ncorrect redirect_uri') || path.includes('evil.');
    const told = text(answer.redirect)?.replace(/[?&]code=.*$/, '');
    return wrong || onPage ? [] : [told ?? given.redirect_uri].filter((uri) => uri !== undefined);
  });
  const errors = new Set(
    exchanges
      .filter(({ response }) => /"errno":(?:167|103)/.test(response.body))
      .map(({ request }) => parametersOf(request).redirect_uri),
  );
  return [...new Set(uris)].filter((uri) => /^https?:/.test(uri) && !errors.has(uri));
}

/** The clients of a recording: what its answers, and the titles of its requests, say each of them is. */
function clientsOf(exchanges: readonly Exchange[], tokens: ReadonlyMap<string, TokenFacts>): Client[] {
  const valid = (id: unknown): id is string => typeof id === 'string' && /^[0-9a-f]{16}$/.test(id);
  const named = exchanges.flatMap(({ request }) => [clientIdOf(request), request.path.split('/client/')[1]]);
  const ids = [...new Set([...named, ...[...tokens.values()].map(({ clientId }) => clientId)])].filter(valid);
  const shared = [...new Set(ids.flatMap((id) => redirectUrisOf(exchanges, id)))];
  return ids.flatMap((id) => {
    const about = exchanges.filter(
      ({ request }) => clientIdOf(request) === id || request.path.endsWith(`/client/${id}`),
    );
    const says = (pattern: RegExp) => about.some(({ response }) => pattern.test(response.body));
    const titled = (pattern: RegExp) => about.some(({ title }) => pattern.test(title));
    if (says(/"errno":(?:101|162)|Unknown client/)) return [];
    const info = about.map(answerOf).find((answer) => answer.id === id);
    const secrets = about.flatMap(({ request, response }) => {
      const secret = parametersOf(request).client_secret;
      return secret !== undefined && response.status === 200 && secret.length === 64 ? [secret] : [];
    });
    const confidential =
      secrets.length > 0 || says(/"errno":(?:102|116|166|171)/) || titled(/confidential client/);
    const own = redirectUrisOf(exchanges, id);
    const scopes = about.flatMap(({ request, response }) =>
      response.status === 200 || response.status === 0 ? [parametersOf(request).scope ?? ''] : [],
    );
    const issued = about.map((exchange) => text(answerOf(exchange).scope) ?? '');
    const client: Client = {
      id,
      name: text(info?.name) ?? 'Extension',
      redirectUris: own.length > 0 ? own : shared,
      publicClient: !confidential,
      trusted: info?.trusted !== false && !titled(/untrusted/),
      allowedScopes:
        [...scopes, ...issued]
          .join(' ')
          .match(/https:\/\/identity\S+/g)
          ?.join(' ') ?? '',
      disabled: says(/"errno":(?:202|204)/) || titled(/disabled/),
      jwtAccessTokens: [...tokens].some(
        ([token, { clientId }]) =>
          claimsIn(token)?.client_id === id || (clientId === id && token.startsWith('eyJ')),
      ),
    };
    return [confidential ? { ...client, secret: secrets[0] ?? '5e'.repeat(32) } : client];
  });
}

/** Clients that a recording need not name: one more of each kind, for requests with what belongs to another. */
const SPARE: readonly Client[] = [true, false].map((publicClient) => ({
  id: publicClient ? 'fd'.repeat(8) : 'fe'.repeat(8),
  name: 'Another',
  redirectUris: ['https://another.example.com/'],
  publicClient,
  trusted: true,
  ...(publicClient ? {} : { secret: '5e'.repeat(32) }),
}));

/** Reads the facts of a recording. */
export function readFacts(exchanges: readonly Exchange[]): Facts {
  const emails = new Map<string, string>();
  const subjects = exchanges.flatMap((exchange) => {
    const answer = answerOf(exchange);
    const uid = subjectOf(answer);
    const email = text(answer.email);
    if (uid !== undefined && email !== undefined) emails.set(uid, email);
    return uid ?? [];
  });
  const tokens = tokenFacts(exchanges);
  for (const { request } of exchanges) {
    const token = parametersOf(request).token ?? bearerOf(request);
    const clientId = text(claimsIn(token)?.client_id);
    if (clientId !== undefined) tokens.set(token, { kind: 'access', clientId, ...tokens.get(token) });
  }
  const clients = [...clientsOf(exchanges, tokens), ...SPARE];
  return { uid: mostFrequent(subjects) ?? '5a'.repeat(16), emails, clients, tokens };
}
