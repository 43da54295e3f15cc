// The notices at the top of the status page: what is wrong and what to do, or that all is well.
import { html } from 'hono/html';
import { DAY_MS, HOUR_MS } from '../day.ts';
import type { Facts, Markup } from './facts.ts';
import { ago, plural, offBy, sum } from './words.ts';

interface Notice {
  readonly class: 'bad' | 'odd' | 'good';
  readonly title: string;
  readonly description: string;
}

/** Days without an event after which a client with sessions is named. */
const SILENT_DAYS = 7;

const notice =
  (level: Notice['class']) =>
  (title: string, description: string): Notice => ({ class: level, title, description });
const bad = notice('bad');
const odd = notice('odd');

/** Finds the notices, worst first; one says that all is well. */
export function findNotices(facts: Facts): readonly Notice[] {
  const found = [
    ...databaseNotices(facts),
    ...notificationNotices(facts),
    ...clockNotices(facts),
    ...proxyNotices(facts),
    ...revocationNotices(facts),
    ...rotationNotices(facts),
    ...silences(facts),
  ];
  return found.length > 0 ? found : [notice('good')('All is well', 'Nothing needs your attention.')];
}

/** Renders the notices. */
export function notices(facts: Facts): Markup {
  return html`<ul class="notices">
    ${findNotices(facts).map((found) => html`<li class="${found.class}"><strong>${found.title}</strong>${found.description}</li>`)}
  </ul>`;
}

const DATABASE: Readonly<Record<string, string>> = {
  read_only:
    'The database accepts no writes: it is a standby, or was set to read-only. DATABASE_URL may name several hosts.',
  disk_full: 'The disk of the database is full: free some space.',
  time_out: 'The database answers too slowly: look for long locks, or for too much load.',
  frozen: 'The database has stopped answering: check whether its machine hangs.',
};

function databaseNotices({ state, health }: Facts): Notice[] {
  const why = health.details.database;
  if (state !== undefined && why === undefined) return [];
  const reason = DATABASE[why ?? ''] ?? '';
  return [
    bad(
      reason.split(':', 1)[0] || 'The database does not answer',
      `${reason} Events are refused with 503 until this is over, and Mozilla accounts redelivers them for up to seven days. Nothing is lost yet.`,
    ),
  ];
}

function notificationNotices({ health: { checks } }: Facts): Notice[] {
  if (checks.notifications !== 'warning') return [];
  return [
    odd(
      'This instance does not hear what others change',
      'Its connection for notifications is lost, and another can not be made: look for a limit of connections, of the role or of PgBouncer. Until then it answers everything from the database and from Mozilla accounts, which is slower.',
    ),
  ];
}

function clockNotices({ health: { checks, details } }: Facts): Notice[] {
  if (checks.clock === 'ok') return [];
  const { accountsClock = 0, databaseClock = 0 } = details;
  const description = `Mozilla accounts is ${offBy(accountsClock)}, the database ${offBy(databaseClock)}. Set the clock of this machine, for example by NTP.`;
  return checks.clock === 'error'
    ? [bad('The clock is so wrong that every event is refused', description)]
    : [odd('The clocks differ', description)];
}

function proxyNotices({ forwardedIgnored }: Facts): Notice[] {
  if (!forwardedIgnored) return [];
  return [
    odd(
      'A proxy may not be configured',
      'Requests carry X-Forwarded-For, but COMPANION_TRUSTED_PROXIES is 0. If there is a proxy in front, count it there: until then all callers share one rate limit. If there is none, a caller forged the header.',
    ),
  ];
}

function revocationNotices({ state, now }: Facts): Notice[] {
  if (state === undefined) return [];
  const { oldest, setAside } = state.revocations;
  const aside = sum(setAside.map(({ count }) => count));
  const found: Notice[] = [];
  if (aside > 0) {
    const title = `${plural(aside, 'grant')} could not be destroyed`;
    found.push(bad(title, 'They are no longer retried; see below for what to do.'));
  }
  if (oldest !== undefined && now - oldest > HOUR_MS) {
    const title = `Grants wait to be destroyed, the oldest for ${ago(oldest, now).replace(' ago', '')}`;
    const description =
      'Mozilla accounts refuses them or is down. They are retried automatically, at least every six hours.';
    found.push(odd(title, description));
  }
  return found;
}

function rotationNotices({ state }: Facts): Notice[] {
  if (!state?.rotation) return [];
  const { remaining, endsAt } = state.rotation;
  if (remaining === 0)
    return [odd('No account is under the old secret', 'Remove it from COMPANION_SECRETS.')];
  const by = endsAt === undefined ? '' : `, at the latest on ${new Date(endsAt).toISOString().slice(0, 10)}`;
  const description = `They move when they are used, or are erased${by}. Keep both secrets until then.`;
  return [odd(`${plural(remaining, 'account')} still under the old secret`, description)];
}

function silences({ clients, state, health, now }: Facts): Notice[] {
  if (state === undefined) return [];
  return [...clients.values()].flatMap(({ clientId, name }) => {
    const { sessions = 0, lastEvent } = state.clients[clientId] ?? {};
    const isOverdue = health.details.silent?.includes(name) === true;
    const isRecent = lastEvent !== undefined && now - lastEvent.at < SILENT_DAYS * DAY_MS;
    if (!isOverdue && (sessions === 0 || isRecent)) return [];
    const title = lastEvent
      ? `No event for ${name} for ${ago(lastEvent.at, now).replace(' ago', '')}`
      : `No event has come for ${name} yet`;
    const overdue = isOverdue ? ', and events are expected more often (COMPANION_EXPECT_EVENTS_EVERY)' : '';
    const description = `It has ${plural(sessions, 'session')}${overdue}. That may be chance. To be sure, change the password of a test account that is signed in; if nothing appears here, ask Mozilla whether the webhook is still registered, and look for refusals below.`;
    return [odd(title, description)];
  });
}
