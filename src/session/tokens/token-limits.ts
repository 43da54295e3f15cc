// What keeps calls from asking for a token again and again: a scope that was denied, and a resource that refuses every token.
import { FxaError } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { addToJournal } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';

/** In `storage.session`; the troubleshooting page reads it. */
export const TOKEN_LIMITS = 'tokenLimits';
const LOCK = 'fxa:tokenLimits';

/** A scope that was denied is not asked for again so soon, unless with another grant. */
const DENIED_MS = 3_600_000;

/** A token that is refused younger than this was refused from the start. */
const YOUNG_MS = 60_000;
/** So many tokens in place of such ones, and then three a minute. */
const BUDGET = 5;
const REFILL_MS = 20_000;

/** What is older no longer matters. */
const KEPT_MS = 3_600_000;

interface Limit {
  /** When it was last changed, in milliseconds. */
  readonly at: number;
  /** How many tokens there may be at that instant in place of refused ones; absent: all. */
  readonly left?: number;
  /** There have been too many of them; until all is well for a while. */
  readonly open?: true;
  /** For which session the scope was denied, and when. */
  readonly denied?: { readonly session: string; readonly at: number };
}

/** By deployment and scope. */
export type TokenLimits = Readonly<Record<string, Limit>>;

/** @throws FxaError `scope_denied` when the grant was found a short while ago not to give this scope. */
export async function throwIfDenied(context: Context, { id }: SignedIn, scope: string): Promise<void> {
  const { denied } = (await limits(context))[keyOf(context, scope)] ?? {};
  if (denied?.session !== id || !isWithin(denied.at, context.ports.now(), DENIED_MS)) return;
  throw new FxaError('scope_denied', 'The grant was found not to give this scope.');
}

export async function noteDenied(context: Context, { id }: SignedIn, scope: string): Promise<void> {
  await change(context, scope, (limit, now) => ({ ...limit, at: now, denied: { session: id, at: now } }));
}

/**
 * To be called before a new token takes the place of one that a resource refused. A resource that refuses every token would
 * have one made and destroyed for each call.
 *
 * @throws FxaError `rate_limited` with reason `tokens_refused` when there were too many.
 */
export async function takeReplacement(
  context: Context,
  scope: string,
  refused: { readonly receivedAt: number } | undefined,
): Promise<void> {
  if (!refused || !isWithin(refused.receivedAt, context.ports.now(), YOUNG_MS)) return;
  let retryAfter: number | undefined;
  const opens = { now: false };
  await change(context, scope, ({ open, ...limit }, now) => {
    const left = leftOf(limit, now);
    if (left < 1) retryAfter = Math.ceil(((1 - left) * REFILL_MS) / 1000);
    const wasOpen = left < BUDGET && open === true;
    // What is over of one is not saved up: between two there is always as much time.
    const after = left < 1 ? left : Math.floor(left) - 1;
    const isOpen = wasOpen || after < 1;
    opens.now = isOpen && !wasOpen;
    return { ...limit, at: now, left: after, ...(isOpen && { open: isOpen }) };
  });
  if (opens.now) {
    const at = context.ports.now();
    await context.store.update((record) => {
      const { status } = record.session;
      return addToJournal(record, { at, from: status, to: status, why: 'tokens_refused' });
    });
  }
  if (retryAfter === undefined) return;
  const reason = 'tokens_refused';
  throw new FxaError('rate_limited', 'A resource refuses every token.', { reason, retryAfter });
}

/** One more for every so many milliseconds, up to the most. A clock that was set back adds nothing. */
function leftOf({ at, left = BUDGET }: Limit, now: number): number {
  return Math.min(BUDGET, left + Math.max(0, now - at) / REFILL_MS);
}

/** Less than `ms` ago. An instant in the future is of a clock that was set back: it counts as now for as long again. */
function isWithin(at: number, now: number, ms: number): boolean {
  return Math.abs(now - at) < ms;
}

const keyOf = ({ deploymentName }: Context, scope: string) => `${deploymentName} ${scope}`;

const limits = async ({ ports }: Context) => ((await ports.memory.get(TOKEN_LIMITS)) ?? {}) as TokenLimits;

async function change(
  context: Context,
  scope: string,
  next: (limit: Limit, now: number) => Limit,
): Promise<void> {
  const { memory, locks, now } = context.ports;
  await locks.exclusive(LOCK, async () => {
    const key = keyOf(context, scope);
    const all = await limits(context);
    const kept = Object.entries(all).filter(([, { at }]) => isWithin(at, now(), KEPT_MS));
    const after = next(all[key] ?? { at: now() }, now());
    await memory.set({ [TOKEN_LIMITS]: { ...Object.fromEntries(kept), [key]: after } });
  });
}
