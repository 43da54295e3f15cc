// Compares an answer with a recorded one. What is new at every run (tokens, times, key material) is compared by its form, all else by value.
import type { RecordedResponse } from './exchange.ts';

/** Members whose value is new at every run. */
const FRESH = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'code',
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
]);

/** The form of a fresh value: its type, its random parts blanked. */
function form(value: unknown): unknown {
  if (typeof value !== 'string') return `<${typeof value}>`;
  return value
    .replace(/^https?:\/\/127\.0\.0\.1:\d+/, '<origin>')
    .replace(/[0-9a-f]{32,}/g, (hex) => `<${hex.length} hex>`)
    .replace(/\d{4}-\d\d-\d\d/, '<day>')
    .replace(/^[A-Za-z0-9_-]{300,}$/, (text) => `<${text.length} base64url>`);
}

/** A body with its fresh values replaced by their form. Recurses into lists and objects. */
export function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    // `code` is an HTTP status in errors and an authorization code elsewhere.
    const fresh = FRESH.has(key) && !(key === 'code' && typeof member === 'number');
    return [key, fresh ? form(member) : stable(member)];
  });
  return Object.fromEntries(entries) as unknown;
}

function readBody(body: string): unknown {
  try {
    return stable(JSON.parse(body) as unknown);
  } catch {
    return body;
  }
}

/** Node's own headers and the framework's, which say nothing of the servers. */
const INCIDENTAL = new Set(['date', 'connection', 'keep-alive', 'accept-ranges', 'transfer-encoding']);

/** Headers compared by form only. */
function stableHeader(name: string, value: string): string {
  if (name === 'etag') return value.replace(/[0-9a-f]{40}/, '<sha1>');
  if (name === 'last-modified') return Number.isNaN(Date.parse(value)) ? value : '<date>';
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
 * The recorded and the actual answer, ready to be compared for equality: only what was recorded when the recording names a few
 * headers, everything when it names all. A body whose length depends on an address is compared without `content-length`.
 */
export function comparable(
  recorded: RecordedResponse,
  actual: RecordedResponse,
): { expected: Comparable; got: Comparable } {
  const addressInBody = recorded.body.includes('://127.0.0.1:');
  const names = new Set(
    isComplete(recorded)
      ? Object.keys({ ...recorded.headers, ...actual.headers })
      : Object.keys(recorded.headers),
  );
  const pick = (headers: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      [...names]
        .filter(
          (name) => !INCIDENTAL.has(name) && !(name === 'content-length' && addressInBody) && name in headers,
        )
        .map((name) => [name, stableHeader(name, headers[name] ?? '')]),
    );
  return {
    expected: { status: recorded.status, headers: pick(recorded.headers), body: readBody(recorded.body) },
    got: { status: actual.status, headers: pick(actual.headers), body: readBody(actual.body) },
  };
}
