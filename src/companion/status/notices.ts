// The notices at the top of the status page: what is wrong and what to do, or that all is well.
import { html } from 'hono/html';
import type { Client } from '../clients.ts';
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
  if (found.length === 0)
    found.push({ class: 'good', title: 'All is well', description: 'Nothing needs your attention.' });
  return found;
}

/** Renders the notices. */
export function notices(facts: Facts): Markup {
  return html`<ul class="notices">
    ${findNotices(facts).map((notice) => html`<li class="${notice.class}"><strong>${notice.title}</strong>${notice.description}</li>`)}
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
  const title = DATABASE[why ?? '']?.split(':', 1)[0] ?? 'The database does not answer';
  const description = `${DATABASE[why ?? ''] ?? ''} Events are refused with 503 until this is over, and Mozilla accounts redelivers them for up to seven days. Nothing is lost yet.`;
  return [{ class: 'bad', title, description }];
}

function notificationNotices({ health: { checks } }: Facts): Notice[] {
  if (checks.notifications !== 'warning') return [];
  const description =
    'Its connection for notifications is lost, and another can not be made: look for a limit of connections, of the role or of PgBouncer. Until then it answers everything from the database and from Mozilla accounts, which is slower.';
  return [{ class: 'odd', title: 'This instance does not hear what others change', description }];
}

function clockNotices({ health: { checks, details } }: Facts): Notice[] {
  if (checks.clock === 'ok') return [];
  const accounts = details.accountsClock ?? 0;
  const database = details.databaseClock ?? 0;
  const description = `Mozilla accounts is ${offBy(accounts)}, the database ${offBy(database)}. Set the clock of this machine, for example by NTP.`;
  return checks.clock === 'error'
    ? [{ class: 'bad', title: 'The clock is so wrong that every event is refused', description }]
    : [{ class: 'odd', title: 'The clocks differ', description }];
}

function proxyNotices({ forwardedIgnored }: Facts): Notice[] {
  if (!forwardedIgnored) return [];
  const description =
    'Requests carry X-Forwarded-For, but COMPANION_TRUSTED_PROXIES is 0. If there is a proxy in front, count it there: until then all callers share one rate limit. If there is none, a caller forged the header.';
  return [{ class: 'odd', title: 'A proxy may not be configured', description }];
}

function revocationNotices({ state, now }: Facts): Notice[] {
  if (state === undefined) return [];
  const { oldest, setAside } = state.revocations;
  const aside = sum(setAside.map(({ count }) => count));
  const found: Notice[] = [];
  if (aside > 0) {
    const title = `${plural(aside, 'grant')} could not be destroyed`;
    found.push({ class: 'bad', title, description: 'They are no longer retried; see below for what to do.' });
  }
  if (oldest !== undefined && now - oldest > HOUR_MS) {
    found.push({
      class: 'odd',
      title: `Grants wait to be destroyed, the oldest for ${ago(oldest, now).replace(' ago', '')}`,
      description:
        'Mozilla accounts refuses them or is down. They are retried automatically, at least every six hours.',
    });
  }
  return found;
}

function rotationNotices({ state }: Facts): Notice[] {
  if (!state?.rotation) return [];
  const { remaining, endsAt } = state.rotation;
  if (remaining === 0)
    return [
      {
        class: 'odd',
        title: 'No account is under the old secret',
        description: 'Remove it from COMPANION_SECRETS.',
      },
    ];
  const by = endsAt === undefined ? '' : `, at the latest on ${new Date(endsAt).toISOString().slice(0, 10)}`;
  const description = `They move when they are used, or are erased${by}. Keep both secrets until then.`;
  return [{ class: 'odd', title: `${plural(remaining, 'account')} still under the old secret`, description }];
}

function silences({ clients, state, health, now }: Facts): Notice[] {
  if (state === undefined) return [];
  return [...clients.values()].flatMap((client) => {
    const { sessions = 0, lastEvent } = state.clients[client.clientId] ?? {};
    const isOverdue = health.details.silent?.includes(client.name) === true;
    const isRecent = lastEvent !== undefined && now - lastEvent.at < SILENT_DAYS * DAY_MS;
    if (!isOverdue && (sessions === 0 || isRecent)) return [];
    return [silence(client, sessions, isOverdue, lastEvent && ago(lastEvent.at, now))];
  });
}

function silence({ name }: Client, sessions: number, isOverdue: boolean, last: string | undefined): Notice {
  return {
    class: 'odd',
    title:
      last === undefined
        ? `No event has come for ${name} yet`
        : `No event for ${name} for ${last.replace(' ago', '')}`,
    description: `It has ${plural(sessions, 'session')}${isOverdue ? ', and events are expected more often (COMPANION_EXPECT_EVENTS_EVERY)' : ''}. That may be chance. To be sure, change the password of a test account that is signed in; if nothing appears here, ask Mozilla whether the webhook is still registered, and look for refusals below.`,
  };
}
