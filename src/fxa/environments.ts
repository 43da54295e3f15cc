// Endpoints of Mozilla's two public deployments, and of a server that has everything on one origin.
import { FxaError } from './errors.ts';
import { secureUrl } from './secure-url.ts';

export type EnvironmentName = 'production' | 'stage' | 'local' | 'custom';

/** Absolute URLs. */
export interface Endpoints {
  /** The content server's origin, without a trailing slash. */
  readonly issuer: string;
  readonly discovery: string;
  readonly authorization: string;
  readonly token: string;
  /** FxA: follows RFC 7009 only in the `/v1/oauth/` family. Absent where a server of the standards names none. */
  readonly destroy?: string;
  /** Absent where a server of the standards names none. */
  readonly introspect?: string;
  /** FxA's own; elsewhere the same as `introspect`. */
  readonly verify?: string;
  readonly jwks: string;
  /** `<profile>/v1/profile` */
  readonly profile: string;
  /**
   * `oauth2`: a server of the standards instead of FxA's own API, as Mozilla plans (node-oidc-provider). It rotates
   * refresh tokens, revokes by RFC 7009, and its codes and tokens have no certain form. Absent: FxA.
   */
  readonly dialect?: 'oauth2';
  /** The server promises `iss` in every callback (RFC 9207, section 3). */
  readonly issInCallback?: true;
}

/** With none missing, as at FxA. */
export type AllEndpoints = Endpoints & Required<Pick<Endpoints, 'destroy' | 'introspect' | 'verify'>>;

export interface Deployment {
  /** `custom` tolerates servers of 2019, whose id_tokens have a wrong `at_hash`. */
  readonly name: EnvironmentName;
  readonly endpoints: Endpoints;
  /** 16 hexadecimal digits, assigned by Mozilla at registration. */
  readonly clientId: string;
  /**
   * Of a confidential client: its requests to a server of the standards carry it (RFC 6749, section 2.3.1). Given by its
   * name, so that the extension, a public client, has no code for secrets.
   */
  readonly authentication?: { readonly client_secret: string } | undefined;
}

/** Whether it is a server of the standards, not FxA's own API (`Endpoints.dialect`). */
export function followsStandards({ endpoints }: { readonly endpoints: Pick<Endpoints, 'dialect'> }): boolean {
  return endpoints.dialect === 'oauth2';
}

/**
 * The first origin that the extension would send requests to although its content security policy, whose sources these
 * are (`https://example.com`, `http://127.0.0.1:*`), keeps it from there; undefined if there is none. Pure.
 *
 * @example
 * const blocked = blockedOrigin(knownEndpoints('stage'), ['https://accounts.stage.mozaws.net']);
 */
export function blockedOrigin(
  { token, destroy, jwks, profile }: Endpoints,
  sources: readonly string[],
): string | undefined {
  const allows = (origin: string) => (source: string) =>
    source.endsWith(':*') ? origin.startsWith(source.slice(0, -1)) : origin === source;
  return [token, destroy, jwks, profile]
    .filter((url) => url !== undefined)
    .map((url) => new URL(url).origin)
    .find((origin) => !sources.some(allows(origin)));
}

/**
 * Whether it names an account there: 32 hexadecimal digits at FxA, elsewhere 255 printable characters of ASCII at most
 * (OpenID Connect Core 1.0, section 2).
 */
export function isUid(value: unknown, dialect: Endpoints['dialect']): value is string {
  const form = dialect === 'oauth2' ? /^[\x21-\x7e]{1,255}$/ : /^[0-9a-f]{32}$/;
  return typeof value === 'string' && form.test(value);
}

/** Issuers, each with the domain of its OAuth and profile servers. */
const DEPLOYMENTS = {
  production: ['https://accounts.firefox.com', 'accounts.firefox.com'],
  stage: ['https://accounts.stage.mozaws.net', 'stage.mozaws.net'],
} as const;

/**
 * The endpoints of one of Mozilla's own deployments.
 *
 * @example
 * const deployment = { name: 'stage', clientId, endpoints: knownEndpoints('stage') } as const;
 */
export function knownEndpoints(name: 'production' | 'stage'): AllEndpoints {
  const [issuer, domain] = DEPLOYMENTS[name];
  return endpointsOn(issuer, `https://oauth.${domain}`, `https://profile.${domain}`);
}

/**
 * The endpoints of a server that has everything on one origin, such as the mock server.
 *
 * @throws FxaError `misconfigured` unless the origin is https, or http on loopback.
 * @example
 * const endpoints = mockServerEndpoints('http://127.0.0.1:9720');
 */
export function mockServerEndpoints(origin: string): AllEndpoints {
  const url = secureUrl(origin);
  if (url === undefined) {
    throw new FxaError('misconfigured', 'The origin must be https, or http on loopback', {
      parameter: 'origin',
    });
  }
  return endpointsOn(url.origin, url.origin, url.origin);
}

/** `<issuer>/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, section 4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer}/.well-known/openid-configuration`;
}

function endpointsOn(issuer: string, oauth: string, profile: string): AllEndpoints {
  return {
    issuer,
    discovery: discoveryUrl(issuer),
    authorization: `${issuer}/authorization`,
    token: `${oauth}/v1/token`,
    destroy: `${oauth}/v1/destroy`,
    introspect: `${oauth}/v1/introspect`,
    verify: `${oauth}/v1/verify`,
    jwks: `${oauth}/v1/jwks`,
    profile: `${profile}/v1/profile`,
  };
}
