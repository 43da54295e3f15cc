// The load of the kill tests: events, redelivered until 200, and sign-outs, repeated until 202.
import { hash, randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { accountKey } from '../../../src/companion/clients.ts';
import type { RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { eventUri } from '../../../src/mock-accounts/events/event.ts';
import { whenOutOfTime } from '../../harness/test-signal.ts';
import { CLIENT, SECRET } from '../fakes/mock-and-companion.ts';
import { createSession, deliver, grant, quickly } from '../harness.ts';

const ACCOUNTS = 16;
/** Milliseconds between two deliveries of one sender. */
const PACE = 10;
const SIGN_OUT_PACE = 240;

/** One event with an instant, always delivered together with a `profile-change`. */
export interface DeliveredEvent {
  /** The account's key, hex. */
  readonly account: string;
  readonly kind: string;
  readonly at: number;
  /** The ledger marks of each attempt's `profile-change`, hex. */
  readonly marks: readonly string[];
  readonly acked: boolean;
}

export interface Load {
  readonly delivered: readonly DeliveredEvent[];
  /** Keys (hex) of accounts whose deletion was acknowledged. */
  readonly deleted: readonly string[];
  /** Ids of grants whose revocation was acknowledged. */
  readonly revoked: readonly string[];
  /** Ids of grants that were never handed over. */
  readonly kept: readonly string[];
  /** Counts of responses: `event 200`. */
  readonly answers: ReadonlyMap<string, number>;
  /** Deletes an account and delivers the event until it is acknowledged. */
  deleteOne(): Promise<void>;
  /** Stops the load; resolves when nothing is in progress. */
  stop(): Promise<void>;
}

interface LoadOptions {
  /** Number of accounts for deletions. */
  readonly deletions: number;
  /** Number of sessions that sign out again and again; each may hand over 200 grants. */
  readonly signOuts?: number;
  /** The origins of the companions that run, which take turns. Default: the first one. */
  readonly targets?: () => readonly string[];
  /** How many times as long each sender pauses. */
  readonly calm?: number;
}

/** Creates a session for every account at `origin`, and starts. */
export async function startLoad(
  mock: RunningMockServer,
  origin: string,
  { deletions, signOuts: senders = 6, targets = () => [origin], calm = 1 }: LoadOptions,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { clientId } = CLIENT;
  const answers = new Map<string, number>();
  const delivered: DeliveredEvent[] = [];
  const [deleted, revoked, kept]: [string[], string[], string[]] = [[], [], []];
  let over = false;
  let turn = 0;
  // An hour ago, so that it ends no session.
  let instant = Date.now() - 3_600_000;

  const person = async (name: string) => {
    const email = `${name}@example.com`;
    const { uid } = mock.store.accounts.add({ email, password: 'correct horse' });
    const session = await createSession(mock, origin, { email });
    kept.push(grant(mock, uid));
    return { uid, session, account: accountKey(SECRET, CLIENT, uid).toString('hex') };
  };
  const many = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => person(`${name}-${index}`)));
  const accounts = await many('account', ACCOUNTS);
  const signingOut = await many('signing-out', senders);
  const toDelete = await many('deleted', deletions);

  const load: Load = {
    delivered,
    deleted,
    revoked,
    kept,
    answers,
    async deleteOne() {
      const one = toDelete.pop();
      if (one === undefined) throw new Error('No account is left to delete.');
      const set = () => mock.events.sign({ clientId, uid: one.uid, event: 'delete-user' });
      if (await until(200, 'event', async (at) => deliver(agent, at, await set()))) deleted.push(one.account);
    },
    async stop() {
      over = true;
      await Promise.all(loops);
      agent.destroy();
    },
  };
  whenOutOfTime(() => {
    over = true;
    agent.destroy();
  });

  /** Whether it was acknowledged; false only when the load ended first. */
  async function until(
    status: number,
    what: string,
    attempt: (origin: string) => Promise<number | undefined>,
  ): Promise<boolean> {
    while (!over) {
      const running = targets();
      const target = running[(turn += 1) % running.length];
      const answer = target === undefined ? undefined : await attempt(target);
      if (answer !== undefined) answers.set(`${what} ${answer}`, (answers.get(`${what} ${answer}`) ?? 0) + 1);
      if (answer === status) return true;
      await wait(20);
    }
    return false;
  }

  const deliverEvents = async ({ uid, account }: (typeof accounts)[number], nth: number) => {
    for (let round = nth; !over; round += 1) {
      const at = (instant += 1);
      const isPassword = round % 5 === 0;
      const event = isPassword
        ? { 'password-change': { changeTime: at } }
        : {
            'subscription-state-change': {
              changeTime: at,
              capabilities: [`c${round % 20}`],
              isActive: round % 2 === 0,
            },
          };
      const events = Object.fromEntries(
        Object.entries({ 'profile-change': {}, ...event }).map(([name, value]) => [eventUri(name), value]),
      );
      const marks: string[] = [];
      // Signed anew at each attempt, as by the broker.
      const acked = await until(200, 'event', async (to) => {
        const jti = randomUUID();
        marks.push(hash('sha256', `${clientId}\0${jti}`));
        const claims = { jti, events };
        return deliver(agent, to, await mock.events.sign({ clientId, uid, event: 'many', claims }));
      });
      const kind = isPassword ? 'password_change' : 'subscription_state_change';
      delivered.push({ account, kind, at, marks, acked });
      await wait(PACE * calm);
    }
  };

  const signOuts = async ({ uid, session }: (typeof accounts)[number]) => {
    const headers = { authorization: `Bearer ${session}`, 'content-type': 'application/json' };
    while (!over) {
      const ids = [grant(mock, uid), grant(mock, uid)];
      const body = JSON.stringify({ refreshTokenIds: ids });
      const end = (to: string) => quickly(agent, `${to}/v1/session/end`, headers, body);
      if (await until(202, 'end', end)) revoked.push(...ids);
      await wait(SIGN_OUT_PACE * calm);
    }
  };

  const loops = [...accounts.map(deliverEvents), ...signingOut.map(signOuts)];
  return load;
}
