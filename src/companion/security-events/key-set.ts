// The key set of Mozilla accounts, kept between tokens. Keys outlive their server's bad hours, and a new one is fetched when a
// token names it.
//
// jose's remote key set is left aside on purpose: it drops every key it knows when the server is down at the wrong moment, and
// cannot tell a key that does not exist from one that could not be looked for.
import type { KeyObject } from 'node:crypto';
import { FxaError } from '../../fxa/errors.ts';
import { requestJson } from '../../fxa/http.ts';
import type { Http } from '../../fxa/http.ts';
import { publicKeys } from './public-keys.ts';
import { Refusal } from './refusal.ts';

/** Whether a key exists cannot be said now: the key set could not be fetched, or was fetched a moment before. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  /** Seconds after which it is worth asking again. */
  readonly retryAfter: number;
  readonly why: 'keys_unreachable' | 'keys_just_read';

  constructor(why: KeysUnavailable['why'], retryAfter: number) {
    super('The key set cannot be asked now');
    this.why = why;
    this.retryAfter = retryAfter;
  }
}

export interface KeySetOptions {
  /** `<oauth>/v1/jwks` */
  readonly url: string;
  /** `timeout`: 5 s unless told, since the sender of a SET waits no more than ten. */
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
  /** Told of each fetch that failed, whether or not somebody waits for it. */
  readonly report?: (error: unknown) => void;
}

export interface KeySet {
  /**
   * The key of an id. Waits for the network only when the key is not known, or has not been looked at for an hour.
   *
   * Rejects with Refusal `key` when a key set fetched after the question does not have it, and with KeysUnavailable.
   */
  readonly find: (kid: string) => KeyObject | Promise<KeyObject>;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** Younger than this, a document is not fetched again for a key it has. */
const FRESH = 600 * SECOND;
/** A document older than this is fetched again first; its keys are good all the same while that fails. */
const STALE = HOUR;
/** Since the last document that had it. A withdrawn key may have signed what is still on its way. */
const WITHDRAWN_KEY = HOUR;
const UNREACHABLE_KEY = 24 * HOUR;
/** Between two fetches, so that tokens with made-up key ids cannot be turned against Mozilla accounts. */
const COOL_DOWN = 30 * SECOND;
const COOL_DOWN_AFTER_FAILURE = 5 * SECOND;

/** Keeps the key set at `url`. Nothing is fetched before the first question. */
export function createKeySet({ url, http, now, report }: KeySetOptions): KeySet {
  const patient = { ...http, timeout: http.timeout ?? 5 * SECOND };
  let known = new Map<string, { readonly key: KeyObject; readonly seenAt: number }>();
  let readAt = -Infinity;
  let pause = { from: -Infinity, until: -Infinity };
  let failed = false;
  let refreshing: Promise<boolean> | undefined;

  function trusted(kid: string, at: number): KeyObject | undefined {
    const found = known.get(kid);
    if (!found) return undefined;
    const { key, seenAt } = found;
    return isWithin(at, seenAt, seenAt === readAt ? UNREACHABLE_KEY : WITHDRAWN_KEY) ? key : undefined;
  }

  function find(kid: string) {
    const at = now();
    const key = trusted(kid, at);
    if (!key || !isWithin(at, readAt, STALE)) return lookUp(kid);
    if (!isWithin(at, readAt, FRESH)) void refresh(at);
    return key;
  }

  async function lookUp(kid: string): Promise<KeyObject> {
    const read = await refresh(now());
    const at = now();
    const key = trusted(kid, at);
    if (key) return key;
    if (read) throw new Refusal('key');
    const retryAfter = Math.max(1, Math.ceil((pause.until - at) / SECOND));
    throw new KeysUnavailable(failed ? 'keys_unreachable' : 'keys_just_read', retryAfter);
  }

  /** True when a document has been read, false when that failed or is not yet allowed again. One at a time; never rejects. */
  function refresh(at: number): Promise<boolean> {
    if (refreshing) return refreshing;
    if (at >= pause.from && at < pause.until) return Promise.resolve(false);
    refreshing = read(at).finally(() => (refreshing = undefined));
    return refreshing;
  }

  async function read(at: number): Promise<boolean> {
    try {
      const current = publicKeys(await requestJson(patient, 'keys', url, { method: 'GET' }));
      const withdrawn = [...known].filter(
        ([kid, { seenAt }]) => !current.has(kid) && isWithin(at, seenAt, WITHDRAWN_KEY),
      );
      known = new Map([
        ...withdrawn,
        ...[...current].map(([kid, key]) => [kid, { key, seenAt: at }] as const),
      ]);
      readAt = at;
      failed = false;
      pause = { from: at, until: at + COOL_DOWN };
      return true;
    } catch (error) {
      const wait = error instanceof FxaError ? (error.retryAfter ?? 0) * SECOND : 0;
      failed = true;
      pause = { from: at, until: now() + Math.max(wait, COOL_DOWN_AFTER_FAILURE) };
      report?.(error);
      return false;
    }
  }

  return { find };
}

/** False also for a clock that was set back: then it is better to look again. */
function isWithin(at: number, since: number, span: number): boolean {
  return at >= since && at - since <= span;
}
