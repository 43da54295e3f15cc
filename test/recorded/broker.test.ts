// The event sender against what the real event broker of 2023 was recorded to send: one test per step, over real HTTP.
// `RECORDED_BROKER=file npx vitest run recorded` holds it against another recording of the same shape.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import type { Account, Client } from '../../src/mock-accounts/store/types.ts';
import {
  type Received,
  type Receiver,
  type Reply,
  startReceiver,
} from '../../src/mock-accounts/testing/receiver.ts';

interface Message {
  readonly event: string;
  readonly uid: string;
  readonly email?: string;
  readonly capabilities?: readonly string[];
  readonly isActive?: boolean;
}

interface Sent {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly rawHeaders: readonly string[];
  };
  readonly set: {
    readonly header: object;
    readonly claims: { readonly aud: string; readonly events: object };
  };
  readonly answered: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  };
}

interface Step {
  readonly title: string;
  readonly requests?: readonly Sent[];
  readonly broker?: readonly { readonly pubsubMessage: Message }[];
}

const file = process.env.RECORDED_BROKER ?? new URL('broker-2023.json', import.meta.url);
const STEPS = (JSON.parse(readFileSync(file, 'utf8')) as readonly Step[]).filter(
  ({ requests }) => requests !== undefined,
);

const keys = createKeys(Date.now);
const CLIENT = 'a1b2c3d4e5f60001';
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

/** What happened to the account, as the broker was told; the mock server's state changes in the same way. */
function happen(
  { store, events }: RunningMockServer,
  account: Account,
  { event, ...message }: Message,
): void {
  const happenings: Readonly<Record<string, () => void>> = {
    profileDataChange: () => store.profileChanged(account),
    passwordChange: () => store.changePassword(account, 'another password'),
    reset: () => store.resetPassword(account, 'another password'),
    delete: () => store.deleteAccount(account.uid),
    primaryEmailChanged: () => {
      const payload = { email: message.email };
      void events.send(CLIENT, account.uid, 'profile-change', { payload });
    },
    'subscription:update': () =>
      store.setSubscription(account, CLIENT, message.capabilities ?? [], message.isActive === true),
  };
  const happening = happenings[event];
  if (happening === undefined) throw new Error(`Nothing is known of the event ${event}`);
  happening();
}

/** Answers a request as the recorded receiver did. */
const replyOf =
  ({ answered }: Sent): Reply =>
  (response) => {
    if (answered.status === 0) response.destroy();
    else response.writeHead(answered.status, answered.headers).end(answered.body);
  };

/** The form of a claim that is new in each token. */
function claimForm(name: string, value: unknown): unknown {
  // Seconds with a fraction, which one token in a thousand has not.
  if (name === 'iat') return typeof value === 'number' ? String(Math.floor(value)).length : value;
  if (name === 'jti') return String(value).replaceAll(/[0-9a-f]/g, 'h');
  if (name === 'iss') return '<issuer>';
  return value;
}

const events = (value: object) =>
  JSON.parse(
    JSON.stringify(value, (key, member: unknown) => (key === 'changeTime' ? typeof member : member)),
  ) as object;

/** Headers by name; what a deployment or a library's version decides is left out. */
function headersOf(raw: readonly string[]): Record<string, string> {
  const pairs = raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [],
  );
  const {
    host: _,
    authorization = '',
    'user-agent': agent = '',
    ...rest
  } = Object.fromEntries(pairs) as Record<string, string>;
  return { ...rest, scheme: authorization.split(' ')[0] ?? '', agent: agent.split('/')[0] ?? '' };
}

interface Form {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly header: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

function recordedForm({ request, set }: Sent): Form {
  const claims = Object.entries(set.claims).map(([name, value]) => [name, claimForm(name, value)] as const);
  return {
    method: request.method,
    headers: headersOf(request.rawHeaders),
    header: Object.keys(set.header).sort(),
    claims: { ...Object.fromEntries(claims), events: events(set.claims.events) },
  };
}

function receivedForm({ method, rawHeaders, headers, claims }: Received): Form {
  const header = /^Bearer ([\w-]+)\./.exec(headers.authorization ?? '')?.[1] ?? '';
  const forms = Object.entries(claims).map(([name, value]) => [name, claimForm(name, value)] as const);
  return {
    method,
    headers: headersOf(rawHeaders),
    header: Object.keys(JSON.parse(Buffer.from(header, 'base64url').toString()) as object).sort(),
    claims: { ...Object.fromEntries(forms), events: events(claims.events as object) },
  };
}

/** A mock server with one account that has signed in to the client, and the webhook of every client in the step. */
async function serverFor({ requests = [], title }: Step, receiver: Receiver): Promise<RunningMockServer> {
  const ids = [...new Set([CLIENT, ...requests.map(({ set }) => set.claims.aud)])];
  const clients = ids.map((id): Client => {
    const common = {
      id,
      name: id,
      redirectUris: ['https://rp.example.com/'],
      publicClient: true,
      trusted: true,
    };
    return { ...common, resourceServer: id !== CLIENT && title.includes('resource server') };
  });
  const webhooks = Object.fromEntries(ids.map((id) => [id, receiver.url]));
  return startMockServer({
    era: '2023',
    keys,
    clients,
    webhooks,
    eventTiming: { firstRetry: 5, longestRetry: 20 },
  });
}

describe('the event broker, recorded in 2023', () => {
  it.each(STEPS.map((step) => [step.title, step] as const))('%s', async (_, step) => {
    const { requests = [], broker = [], title } = step;
    const receiver = await startReceiver();
    open.push(receiver.stop);
    const running = await serverFor(step, receiver);
    open.push(running.stop);
    receiver.answer(...requests.map(replyOf));
    const uid = broker[0]?.pubsubMessage.uid ?? 'ab'.repeat(16);
    const account = running.store.accounts.add({
      uid,
      email: 'broker@example.com',
      password: 'the password',
    });
    const other = running.store.accounts.add({ email: 'other@example.com', password: 'the password' });
    const signsIn = (id: string) =>
      running.store.tokens.addRefreshToken({ clientId: id, uid, scope: 'profile' });
    if (!title.includes('never signed in')) signsIn(CLIENT);
    if (title.startsWith('after delete-user')) {
      receiver.answer(200, ...requests.map(replyOf));
      running.store.deleteAccount(uid);
      await running.events.idle();
    }
    const before = receiver.received.length;
    const [first] = broker;
    // Without a message the broker was told of something it does not pass on, or of an account it does not know.
    if (first === undefined) running.store.profileChanged(other);
    else happen(running, account, first.pubsubMessage);
    await running.events.idle();
    const received = receiver.received.slice(before);
    // Several clients are told at once, so only the requests to one of them have an order.
    const byAudience = (forms: readonly Form[]) =>
      forms.toSorted((one, other) => String(one.claims.aud).localeCompare(String(other.claims.aud)));
    expect(byAudience(received.map(receivedForm))).toEqual(byAudience(requests.map(recordedForm)));
  });
});
