// What must hold for storage at any moment.
import { LOCAL } from '../../src/session/state/storage-items.ts';
import { isDeepStrictEqual } from 'node:util';
import type { CompanionSession } from '../../src/session/companion/session-store.ts';
import { EMPTY_QUEUE, subjectOf, type MetricsQueue } from '../../src/session/metrics/queue.ts';
import { blockedBy } from '../../src/session/metrics/consent.ts';
import { parseRecord } from '../../src/session/state/parse-record.ts';
import type { Revocation } from '../../src/session/state/record.ts';
import { waitsForSession } from '../../src/session/sign-out/outbox-entries.ts';
import { liveSession } from '../../src/session/state/states.ts';
import { projectView } from '../../src/session/state/view.ts';
import { environmentOf, type FaultHarness } from './harness.ts';

/** Violations in storage; nothing is stored before the first use. */
export function brokenInvariants(harness: FaultHarness): string[] {
  const { host, config } = harness;
  const stored = host.local.get('record');
  if (stored === undefined) return [];
  const wrong: string[] = [];
  try {
    const record = parseRecord(stored, `${config.issuer} ${config.clientId}`);
    const shown = host.local.get('view');
    // No event reports that the browser stops keeping keys, so the view may show either answer seen so far.
    const views = [...new Set([...harness.keysTold, !host.keyless])].map((keepsKeys) =>
      structuredClone(projectView(record, { ...environmentOf(harness), keepsKeys })),
    );
    if (!views.some((view) => isDeepStrictEqual(shown, view)))
      wrong.push('the view is not what the record says');
  } catch {
    return ['the record cannot be read'];
  }
  const twice = harness.metrics.surplus(harness.companion.received);
  return [...wrong, ...spilled(harness), ...harness.metrics.wrong, ...harness.companion.needless, ...twice];
}

/** Secrets where they must not be: tokens and codes are 64 hexadecimal digits; ids of grants may be stored. */
function spilled({ host, mock }: FaultHarness): string[] {
  const { tokens } = mock.store;
  const local = JSON.stringify([...host.local]);
  const seen = new Set(local.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g));
  const secret = [...seen].filter(
    (text) => tokens.findAccessToken(text) ?? tokens.findRefreshToken(text) ?? tokens.findCode(text),
  );
  return secret.length > 0 ? ['a token or code is in storage.local'] : [];
}

type CompanionSessions = Readonly<Record<string, CompanionSession>>;

const companionSessionsOf = ({ host }: FaultHarness) =>
  ({
    ...(host.local.get('companion') as CompanionSessions),
    ...(host.memory.get('companion') as CompanionSessions),
  }) as CompanionSessions;

const queueOf = ({ host }: FaultHarness) => (host.local.get(LOCAL.metrics) ?? EMPTY_QUEUE) as MetricsQueue;

/** Whether the companion has yet to delete counts. */
export const isDeletionPending = (harness: FaultHarness) => queueOf(harness).deletionPending.length > 0;

/** Counts and ids kept while metrics are blocked, or of another account. Check after maintenance. */
export function metricsViolations(harness: FaultHarness): string[] {
  const { host, config, companion } = harness;
  const record = harness.record();
  const against = record ? blockedBy(record, environmentOf(harness)) : [];
  const { pending, sent, subject, deletionPending } = queueOf(harness);
  const wrong =
    subject !== undefined && subject !== (record && subjectOf(record.session))
      ? ['the queue belongs to another account']
      : [];
  if (against.length === 0 || against.includes('no_companion')) return wrong;
  const live = record && liveSession(record.session);
  const companionSession = live && companionSessionsOf(harness)[live.id];
  const { profile } = live?.account ?? {};
  const refused = profile !== undefined && config.companion !== undefined;
  return [
    ...wrong,
    ...(pending.length > 0 ? ['counts are queued while metrics are blocked'] : []),
    ...(host.memory.get('flow') ? ['a flow is kept while metrics are blocked'] : []),
    ...(companionSession && !companionSession.gone && deletionPending.includes(live.id)
      ? ['the companion was not asked to delete counts']
      : []),
    ...(refused && sent.length > 0 && companion.held(profile.uid) > 0
      ? ['the companion has not deleted counts']
      : []),
  ];
}

/** The entries of the outbox that don't wait for the session to end. */
export function pendingRevocations({ record }: FaultHarness): readonly Revocation[] {
  const { outbox = [], session = { status: 'signedOut' } } = record() ?? {};
  return outbox.filter((entry) => !waitsForSession(session, entry));
}

/** Secrets in `storage.session` without a session, and not to revoke a grant after it. Check after maintenance. */
export function leftovers({ host, record }: FaultHarness): string[] {
  const stored = Object.keys(host.memory.get('secrets') ?? {});
  const session = record()?.session;
  const base = session?.status === 'signingIn' ? session.previous : session;
  const owners = [
    session?.status === 'signingIn' ? session.attempt.id : undefined,
    base?.status === 'signedIn' ? base.id : undefined,
  ];
  const revoking = (record()?.outbox ?? [])
    .filter((entry) => session && waitsForSession(session, entry))
    .map((entry) => entry.session ?? entry.owner);
  // The one that may still tell why the session ended.
  const explaining = base?.status === 'needsReauth' ? base.sessionId : undefined;
  const companionSessions = [host.local.get('companion'), host.memory.get('companion')].flatMap((one) =>
    Object.keys(one ?? {}),
  );
  return [
    ...stored
      .filter((owner) => !owners.includes(owner) && !revoking.includes(owner))
      .map(() => 'a secret without a session is in storage.session'),
    ...companionSessions
      .filter((owner) => !owners.includes(owner) && owner !== explaining)
      .map(() => 'a companion session without a session is kept'),
  ];
}
