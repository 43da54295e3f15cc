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
import { mostFrequent } from './facts.ts';

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

const readSteps = (file: string | URL) =>
  (JSON.parse(readFileSync(file, 'utf8')) as readonly Step[]).filter(
    ({ requests }) => requests !== undefined,
  );
const OURS = new URL('broker-2023.json', import.meta.url);
const STEPS = readSteps(process.env.RECORDED_BROKER ?? OURS);

const keys = createKeys(Date.now);
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

const audiencesOf = ({ requests = [] }: Step) => requests.map(({ set }) => set.claims.aud);

/** Whom most requests of a recording went to: the client that the person signed in to. */
function clientOf(steps: readonly Step[]): string {
  return mostFrequent(steps.flatMap(audiencesOf)) ?? 'ab'.repeat(8);
}

/** What happened to the account, as the broker was told; the mock server's state changes in the same way. */
function happen(
  { store, events }: RunningMockServer,
  account: Account,
  clientId: string,
  { event, ...message }: Message,
): void {
  const happenings: Readonly<Record<string, () => void>> = {
    profileDataChange: () => store.profileChanged(account),
    passwordChange: () => store.changePassword(account, 'another password'),
    reset: () => store.resetPassword(account, 'another password'),
    delete: () => store.deleteAccount(account.uid),
    primaryEmailChanged: () => {
      const payload = { email: message.email };
      void events.send(clientId, account.uid, 'profile-change', { payload });
    },
    'subscription:update': () =>
      store.setSubscription(account, clientId, message.capabilities ?? [], message.isActive === true),
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

/** A mock server with the client, and the webhooks of all that were told in the step: the others are resource servers. */
async function serverFor(step: Step, clientId: string, receiver: Receiver): Promise<RunningMockServer> {
  const ids = [...new Set([clientId, ...audiencesOf(step)])];
  const clients = ids.map((id): Client => {
    const common = {
      id,
      name: id,
      redirectUris: ['https://rp.example.com/'],
      publicClient: true,
      trusted: true,
    };
    return { ...common, resourceServer: id !== clientId };
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

/** What the receiver got at a replay of the step, and what it should have got, ordered by the client told. */
async function replay(
  step: Step,
  steps: readonly Step[],
): Promise<Readonly<Record<'got' | 'wanted', object>>> {
  const { requests = [], broker = [], title } = step;
  const told = audiencesOf(step);
  const usual = clientOf(steps);
  const clientId = told.includes(usual) ? usual : (told[0] ?? usual);
  const receiver = await startReceiver();
  open.push(receiver.stop);
  const running = await serverFor(step, clientId, receiver);
  open.push(running.stop);
  receiver.answer(...requests.map(replyOf));
  const uid = broker[0]?.pubsubMessage.uid ?? 'ab'.repeat(16);
  const account = running.store.accounts.add({
    uid,
    email: 'broker@example.com',
    password: 'the password',
  });
  const other = running.store.accounts.add({ email: 'other@example.com', password: 'the password' });
  if (!title.includes('never signed in'))
    running.store.tokens.addRefreshToken({ clientId, uid, scope: 'profile' });
  if (title.startsWith('after delete-user')) {
    receiver.answer(200, ...requests.map(replyOf));
    running.store.deleteAccount(uid);
    await running.events.idle();
  }
  const before = receiver.received.length;
  const [first] = broker;
  // Without a message the broker was told of something it does not pass on, or of an account it does not know.
  if (first === undefined) running.store.profileChanged(other);
  else happen(running, account, clientId, first.pubsubMessage);
  await running.events.idle();
  // Several clients are told at once, so only the requests to one of them have an order.
  const byAudience = (forms: readonly Form[]) =>
    forms.toSorted((one, other) => String(one.claims.aud).localeCompare(String(other.claims.aud)));
  return {
    got: byAudience(receiver.received.slice(before).map(receivedForm)),
    wanted: byAudience(requests.map(recordedForm)),
  };
}

describe('the event broker, recorded in 2023', () => {
  it.each(STEPS.map((step) => [step.title, step] as const))('%s', async (_, step) => {
    const { got, wanted } = await replay(step, STEPS);
    expect(got).toEqual(wanted);
  });

  it('is replayed whatever the client is called', async () => {
    const ours = readSteps(OURS);
    const text = JSON.stringify(ours).replaceAll(clientOf(ours), '0c'.repeat(8));
    const renamed = JSON.parse(text) as readonly Step[];
    const step = renamed.find((each) => audiencesOf(each).length > 0);
    const { got, wanted } = await replay(step ?? { title: 'none' }, renamed);
    expect(wanted).toHaveLength(1);
    expect(got).toEqual(wanted);
  });
});
