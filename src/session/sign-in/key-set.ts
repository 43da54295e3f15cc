// Caches the public keys of Mozilla accounts as long as their headers allow, for an hour at most.
import type { Deployment } from '../../fxa/environments.ts';
import { requestAnswer, type JsonObject } from '../../fxa/http.ts';
import type { KeySource } from '../../fxa/id-token.ts';
import type { Context } from '../context.ts';
import { MEMORY } from '../state/storage-items.ts';

const LONGEST_MS = 3_600_000;

interface KeptKeys {
  /** The URL they came from; keys of one server are never used for another. */
  readonly url: string;
  readonly document: JsonObject;
  /** Valid from and until, in milliseconds. If the clock was set back before `from`, they aren't used. */
  readonly from: number;
  readonly until: number;
}

/** The cached key set if it is fresh and has the requested key; otherwise fetches it. Rejects as `requestAnswer`. */
export function keptKeys(context: Context, { endpoints: { jwks: url, dialect } }: Deployment): KeySource {
  const { ports } = context;
  return async (kid) => {
    const kept = (await ports.memory.get(MEMORY.keySet).catch(ports.report)) as KeptKeys | undefined;
    const at = ports.now();
    const isFresh = kept?.url === url && at >= kept.from && at < kept.until;
    if (isFresh && has(kept.document, kid)) return kept.document;
    const { response, body } = await requestAnswer(context.http(), 'keys', url, { method: 'GET', dialect });
    const until = at + lifetime(response.headers.get('cache-control'));
    // If it can't be cached, it is fetched again next time.
    await ports.memory
      .set({ [MEMORY.keySet]: { url, document: body, from: at, until } satisfies KeptKeys })
      .catch(ports.report);
    return body;
  };
}

function has({ keys }: JsonObject, kid: string | undefined): boolean {
  // Nothing says whether the cached keys are still the ones.
  if (kid === undefined) return false;
  return Array.isArray(keys) && keys.some((key: unknown) => (key as { kid?: unknown } | null)?.kid === kid);
}

/** Cache lifetime in milliseconds by `Cache-Control` (RFC 9111, section 5.2.2). Pure. */
function lifetime(cacheControl: string | null): number {
  const directives = cacheControl?.toLowerCase() ?? '';
  if (/\bno-(?:store|cache)\b/.test(directives)) return 0;
  const [, seconds] = /(?:^|[\s,])max-age="?(\d+)/.exec(directives) ?? [];
  return seconds === undefined ? LONGEST_MS : Math.min(Number(seconds) * 1000, LONGEST_MS);
}
