// `status`: the facts of the status page as plain text, without the counters that each running instance has of its own.
import { readingDates, createClocks } from '../operations/clock.ts';
import { createHealth } from '../operations/health.ts';
import { createEventAges } from '../operations/silence.ts';
import { createStore } from '../db/store.ts';
import { discoveryUrl } from '../../fxa/environments.ts';
import { clientRows, type Facts, waitingGrants } from '../status/facts.ts';
import { findNotices } from '../status/notices.ts';
import { plural, KIND_NAMES, KINDS, number, offBy, sum, whatToDo } from '../status/words.ts';
import { readVersion } from '../version.ts';
import { type CommandContext, withDatabase } from './command.ts';

/** Prints the facts; false when the page would have a red notice. */
export async function status(context: CommandContext): Promise<boolean> {
  const { settings, say, now } = context;
  const clocks = createClocks();
  const origins = new Set([new URL(settings.issuer).origin]);
  const fetch = readingDates(context.fetch, origins, clocks, now);
  const discovery = discoveryUrl(settings.issuer);
  const facts = await withDatabase(context, async (database): Promise<Facts> => {
    const store = createStore(database);
    const { clients, expectedEvents: expected } = settings;
    const eventAges = createEventAges({ store, clients, expected, now });
    const health = await createHealth({ store, discovery, fetch, clocks, eventAges, now })();
    return {
      now: now(),
      version: readVersion(),
      clients: new Map(clients.map((client) => [client.clientId, client])),
      health,
      forwardedIgnored: false,
      state: await store.operatorState(now()),
    };
  });
  for (const line of statusLines(facts)) say(line);
  return !findNotices(facts).some((notice) => notice.class === 'bad');
}

function statusLines(facts: Facts): readonly string[] {
  const { now, version, health } = facts;
  const clock = (seconds: number | undefined) => (seconds === undefined ? 'not known' : offBy(seconds));
  return [
    `Companion ${version.version}, as of ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `Clocks: Mozilla accounts ${clock(health.details.accountsClock)}, database ${clock(health.details.databaseClock)}`,
    '',
    ...findNotices(facts).map(({ title, description }) => `* ${title}. ${description}`),
    '',
    'Clients',
    ...clientRows(facts).map(
      ({ id, name, sessions, lastEvent }) =>
        `  ${name} (${id}): ${plural(sessions, 'session')}; last event: ${lastEvent}`,
    ),
    'Events about people known here, last seven days',
    ...eventLines(facts),
    'Grants to be destroyed after sign-outs',
    ...grantLines(facts),
  ];
}

function eventLines({ state }: Facts): readonly string[] {
  const lines = KIND_NAMES.flatMap((kind) => {
    const deliveries = (state?.deliveries ?? []).filter((one) => one.kind === kind);
    const all = sum(deliveries.map(({ count }) => count));
    return all === 0 ? [] : [`  ${KINDS[kind]}: ${number(all)}`];
  });
  return lines.length === 0 ? ['  none'] : lines;
}

function grantLines({ clients, state, now }: Facts): readonly string[] {
  const { revocations = { pending: 0, setAside: [] } } = state ?? {};
  return [
    `  ${waitingGrants(revocations, now)}`,
    ...revocations.setAside.map(
      ({ clientId, why, count }) =>
        `  set aside for ${clients.get(clientId)?.name ?? clientId}: ${plural(count, 'grant')}, ${why}. ${whatToDo(why)}`,
    ),
  ];
}
