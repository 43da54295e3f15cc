// Limits repeated token requests: for a scope that was denied, and for a resource that refuses every token.
import { FxaError } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { noteInJournal } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';
import { LOCKS, MEMORY } from '../state/storage-items.ts';

/** How long a denied scope isn't asked for again with the same grant. */
const DENIED_MS = 3_600_000;

/** A token refused at a younger age was probably never accepted. */
const YOUNG_MS = 60_000;
/** Replacements for such tokens: this many at once, then one per `REFILL_MS`. */
const BUDGET = 5;
const REFILL_MS = 20_000;

/** Older entries are dropped. */
const KEPT_MS = 3_600_000;

interface Limit {
  /** When it last changed, in milliseconds. */
  readonly at: number;
  /** Replacements left at that time; absent: all. */
  readonly left?: number;
  /** The limit was reached; cleared once the budget is full again. */
  readonly open?: true;
  /** The session the scope was denied to, and when. */
  readonly denied?: { readonly session: string; readonly at: number };
}

/** Keyed by deployment and scope. */
type TokenLimits = Readonly<Record<string, Limit>>;

/** @throws FxaError `scope_denied` when the grant was denied this scope a short while ago. */
export async function throwIfDenied(context: Context, { id }: SignedIn, scope: string): Promise<void> {
  const { denied } = (await limits(context))[keyOf(context, scope)] ?? {};
  if (denied?.session !== id || !isWithin(denied.at, context.ports.now(), DENIED_MS)) return;
  throw new FxaError('scope_denied', 'The grant was denied this scope before.');
}

/** Records that this session's grant doesn't cover the scope, so that the server isn't asked again for an hour. */
export async function noteDenied(context: Context, { id }: SignedIn, scope: string): Promise<void> {
  await change(context, scope, (limit, now) => ({ ...limit, at: now, denied: { session: id, at: now } }));
}

/**
 * Uses up one replacement. Call before replacing a token that a resource refused: without a limit, a resource that
 * refuses every token would cause one to be issued and destroyed for each call.
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
    // Fractions aren't saved up, so the time between two replacements is constant.
    const after = left < 1 ? left : Math.floor(left) - 1;
    const isOpen = wasOpen || after < 1;
    opens.now = isOpen && !wasOpen;
    return { ...limit, at: now, left: after, ...(isOpen && { open: isOpen }) };
  });
  const reason = 'tokens_refused';
  if (opens.now) await context.store.update((record) => noteInJournal(record, reason, context.ports.now()));
  if (retryAfter === undefined) return;
  throw new FxaError('rate_limited', 'A resource refuses every token.', { reason, retryAfter });
}

/** The replacements left now, refilled up to the budget. A clock that was set back adds nothing. */
function leftOf({ at, left = BUDGET }: Limit, now: number): number {
  return Math.min(BUDGET, left + Math.max(0, now - at) / REFILL_MS);
}

/** Whether `at` is less than `ms` ago, or less than `ms` ahead, as after the clock was set back. */
function isWithin(at: number, now: number, ms: number): boolean {
  return Math.abs(now - at) < ms;
}

const keyOf = ({ deploymentName }: Context, scope: string) => `${deploymentName} ${scope}`;

const limits = async ({ ports }: Context) =>
  ((await ports.memory.get(MEMORY.tokenLimits)) ?? {}) as TokenLimits;

async function change(
  context: Context,
  scope: string,
  next: (limit: Limit, now: number) => Limit,
): Promise<void> {
  const { memory, locks, now } = context.ports;
  await locks.exclusive(LOCKS.tokenLimits, async () => {
    const key = keyOf(context, scope);
    const all = await limits(context);
    const kept = Object.entries(all).filter(([, { at }]) => isWithin(at, now(), KEPT_MS));
    const after = next(all[key] ?? { at: now() }, now());
    await memory.set({ [MEMORY.tokenLimits]: { ...Object.fromEntries(kept), [key]: after } });
  });
}
