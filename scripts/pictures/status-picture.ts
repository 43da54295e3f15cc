// The picture of the companion's status page: of a week in which a dozen people lived with their accounts.
import { COMPANION_PATHS } from '../../src/contract/companion.ts';
import { startCompanion, type RunningCompanion } from '../../src/companion/start.ts';
import { createLog } from '../../src/companion/operations/log.ts';
import { RETURN_PATH } from '../../src/companion/return-page.ts';
import { readVersion } from '../../src/companion/version.ts';
import type { EventName } from '../../src/mock-accounts/events/event.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { EXTENSION_CLIENTS, SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { launchBrowser } from '../driver/index.ts';
import { localSettings, OPERATOR_PASSWORD, webhooksTo } from '../run/local-companion.ts';
import { withBuild } from '../run/local.ts';

const HOUR = 3_600_000;
const PEOPLE = 12;
const CLIENTS = Object.values(EXTENSION_CLIENTS);

/** The events of an account in turn; repeated names are more frequent. */
const EVENTS: readonly EventName[] = [
  'profile-change',
  'profile-change',
  'password-change',
  'profile-change',
  'metrics-opt-out',
  'profile-change',
  'subscription-state-change',
  'profile-change',
  'metrics-opt-in',
  'profile-change',
  'password-change',
];

interface Week {
  readonly mock: RunningMockServer;
  readonly companion: RunningCompanion;
  /** Sets both clocks: that many milliseconds behind. */
  readonly setClocks: (behind: number) => void;
}

/** Takes it in Chromium, sharp at half its size. */
export async function pictureOfStatus(path: string): Promise<void> {
  let behind = 7 * 24 * HOUR;
  const now = () => Date.now() - behind;
  const mock = await startMockServer({ era: 'today', now });
  const companion = await startCompanion({
    settings: await localSettings({ issuer: mock.origin, port: 0 }),
    log: createLog({ format: 'plain', level: 'error', out: process.stderr }),
    version: readVersion(),
    now,
  });
  try {
    await live({ mock, companion, setClocks: (given) => (behind = given) });
    const here = {
      ...mock,
      companion: companion.origin,
      returnPage: companion.origin + RETURN_PATH,
      web: '',
    };
    await withBuild('chromium', here, async (extensionDir) => {
      const browser = await launchBrowser('chromium', { extensionDir, scale: 2 });
      try {
        const address = new URL('/status', companion.origin);
        address.username = 'operator';
        address.password = OPERATOR_PASSWORD;
        await (await browser.visit(address.href)).screenshot(path);
        console.log(path);
      } finally {
        await browser.close();
      }
    });
  } finally {
    await companion.stop();
    await mock.stop();
  }
}

async function live({ mock, companion, setClocks }: Week): Promise<void> {
  const { store, events, faults } = mock;
  for (const [clientId, url] of Object.entries(webhooksTo(companion.origin))) events.register(clientId, url);
  const people = Array.from({ length: PEOPLE }, (_, index) =>
    store.accounts.add({ email: `${index}@example.com`, password: SEED_PASSWORD }),
  );
  const clientOf = (person: number) => CLIENTS[person % 3 === 0 ? 1 : 0] ?? '';
  const sessions: string[] = [];
  for (const [index, { email }] of people.entries()) {
    sessions.push(await createSession({ mock, companion }, email, clientOf(index)));
  }

  let sent = 0;
  for (let ago = 7 * 24 - 1; ago >= 0; ago -= 1) {
    setClocks(ago * HOUR);
    for (let count = busy(ago); count > 0; count -= 1) {
      const person = (sent * 5) % PEOPLE;
      const event = EVENTS[sent % EVENTS.length] ?? 'profile-change';
      await events.send(clientOf(person), people[person]?.uid ?? '', event, { once: true });
      sent += 1;
    }
  }
  setClocks(0);
  for (const [index, { email }] of people.entries()) {
    sessions.push(await createSession({ mock, companion }, email, clientOf(index)));
  }
  await events.send(clientOf(0), people[0]?.uid ?? '', 'profile-change', { once: true, wrongKey: true });
  faults.set([{ where: 'destroy', what: { kind: 'status', status: 503 } }]);
  const [grant] = store.liveGrants({ clientId: clientOf(1) });
  await post(companion, COMPANION_PATHS.end, sessions.at(-1) ?? '', { refreshTokenIds: [grant?.id] });
}

/** How many events there are in an hour: none at night, most by day, and no two days alike. */
function busy(ago: number): number {
  const hour = new Date(Date.now() - ago * HOUR).getUTCHours();
  const wave = (ago * ago) % 7;
  return hour < 6 ? 0 : hour < 18 ? wave : wave >> 1;
}

async function createSession(
  { mock, companion }: Pick<Week, 'mock' | 'companion'>,
  email: string,
  clientId: string,
): Promise<string> {
  const { access_token } = await drive(mock).tokens({ email, clientId });
  const { session } = await post(companion, COMPANION_PATHS.sessions, String(access_token), {});
  return String(session);
}

async function post(
  { origin }: RunningCompanion,
  path: string,
  bearer: string,
  body: object,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(origin + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The companion answered ${answer.status} at ${path}.`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
