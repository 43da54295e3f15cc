// Compares an answer with a recorded one. What is new at every run (tokens, times, key material) is compared by its
// form, all else by value.
import type { RecordedResponse } from './exchange.ts';

/** Members whose value is new at every run. */
const FRESH = new Set([
  'at_hash',
  'auth_time',
  'access_token',
  'refresh_token',
  'id_token',
  'redirect',
  'auth_at',
  'iat',
  'exp',
  'expiredAt',
  'fxa-lastUsedAt',
  'fxa-createdAt',
  'kid',
  'n',
  'avatar',
  'url',
  'deviceId',
  'flowBeginTime',
  'flowId',
  'profile_changed_at',
  'fxa-profileChangedAt',
  'keyRotationTimestamp',
  'jti',
]);

/** A text without the ports of the servers, which differ from run to run. */
const withoutOrigins = (text: string) => text.replaceAll(/(?:http|ws)s?:\/\/127\.0\.0\.1:\d+/g, '<origin>');

/** Whether a member is new at every run: some are so in some answers only. */
function isFresh(key: string, value: unknown): boolean {
  // `code` is an HTTP status in errors and an authorization code elsewhere.
  if (key === 'code') return typeof value !== 'number';
  // Of what has an id, pictures are named at random.
  if (key === 'id') return /^[0-9a-f]{32}$/.test(String(value));
  return FRESH.has(key);
}

/** Addresses of servers that are neither recorded nor played; a deployment says where they are. */
const ELSEWHERE = new Set(['pairing_server_base_uri', 'sync_tokenserver_base_url']);

/** The form of a fresh value: its type, its random parts blanked. */
function form(value: unknown): unknown {
  if (typeof value !== 'string') return `<${typeof value}>`;
  if (/^\d{4}-?\d\d-?\d\d-[0-9a-f]+$/.test(value)) return '<kid>';
  const token = jwtForm(value);
  if (token !== undefined) return token;
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return '<instant>';
  return (
    withoutOrigins(value)
      .replace(/^[\w-]{22}$/, '<22 base64url>')
      // The id of the picture of those who have none is always the same.
      .replace(/(?!0{32}(?![0-9a-f]))[0-9a-f]{32,}/g, (hex) => `<${hex.length} hex>`)
      .replace(/^[A-Za-z0-9_-]{300,}$/, (text) => `<${text.length} base64url>`)
  );
}

type Members = Readonly<Record<string, unknown>>;

/** A token's header and claims; its instants as the life they make, and by the number of their digits. */
export function tokenForm(header: Members, claims: Members): TokenForm {
  const life = Number(claims.exp) - Number(claims.iat);
  const digits = String(claims.auth_time).length;
  return { header: stable(header) as Members, claims: stable(claims) as Members, life, digits };
}

export interface TokenForm {
  readonly header: Members;
  readonly claims: Members;
  /** Seconds. */
  readonly life: number;
  /** Of the instant of the sign-in. */
  readonly digits: number;
}

function jwtForm(value: string): unknown {
  const [header = '', payload = '', signature] = value.split('.');
  if (signature === undefined || !header.startsWith('eyJ')) return undefined;
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Members;
  // A JWE in compact form begins alike; its second part is no JSON.
  return value.split('.').length === 3 ? tokenForm(read(header), read(payload)) : undefined;
}

/** A body with its fresh values replaced by their form. Recurses into lists and objects. */
export function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value === 'string') return withoutOrigins(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    if (ELSEWHERE.has(key)) return [key, `<${typeof member}>`];
    return [key, isFresh(key, member) ? form(member) : stable(member)];
  });
  return Object.fromEntries(entries) as unknown;
}

function readBody(body: string): unknown {
  // Recordings hold pictures as text, in which bytes were lost.
  if (body.slice(1, 4) === 'PNG') return '<png>';
  // The letter of those without a picture is drawn in another hand here.
  if (/^<(?:\?xml|svg)/.test(body)) return '<svg>';
  try {
    return stable(JSON.parse(body) as unknown);
  } catch {
    return body;
  }
}

/** Node's own headers and the framework's, which say nothing of the servers. */
const INCIDENTAL = new Set([
  'date',
  'connection',
  'keep-alive',
  'accept-ranges',
  'transfer-encoding',
  // The length follows from the body, which holds fresh values; the trailer belongs to Hawk.
  'content-length',
  'trailer',
]);

/** Headers compared by form only. */
function stableHeader(name: string, value: string): string {
  if (name === 'etag') return value.replace(/[0-9a-f]{40}/, '<sha1>').replace(/^W\/"[\w+/-]+"$/, '<weak>');
  if (name === 'last-modified') return Number.isNaN(Date.parse(value)) ? value : '<date>';
  if (name === 'location') return withoutOrigins(value);
  if (name === 'timestamp') return value.replace(/^\d{10}$/, '<seconds>');
  return value;
}

export interface Comparable {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Recordings with the security headers have all headers of the answer; the others only the interesting ones. */
function isComplete(recorded: RecordedResponse): boolean {
  return 'strict-transport-security' in recorded.headers;
}

/**
 * The recorded and the actual answer, ready to be compared for equality: only what was recorded when the recording
 * names a few headers, everything when it names all.
 */
export function comparable(
  recorded: RecordedResponse,
  actual: RecordedResponse,
): { expected: Comparable; got: Comparable } {
  const names = new Set(
    isComplete(recorded)
      ? Object.keys({ ...recorded.headers, ...actual.headers })
      : Object.keys(recorded.headers),
  );
  const pick = (headers: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      [...names]
        .filter((name) => !INCIDENTAL.has(name) && name in headers)
        .map((name) => [name, stableHeader(name, headers[name] ?? '')]),
    );
  // A token that was issued across the tick of a second was told to live one second less.
  const tick = (body: string) =>
    body.replace(/"expires_in":(\d*)99[,}]/, (found, hundreds: string) =>
      found.replace(`${hundreds}99`, `${Number(hundreds) + 1}00`),
    );
  return {
    expected: {
      status: recorded.status,
      headers: pick(recorded.headers),
      body: readBody(tick(recorded.body)),
    },
    got: { status: actual.status, headers: pick(actual.headers), body: readBody(tick(actual.body)) },
  };
}
