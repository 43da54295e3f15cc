// The users of the soak: each signs in at one companion, and what that acknowledged is read at all of the same database.
import { setTimeout as wait } from 'node:timers/promises';
import { accountKey } from '../../../src/companion/clients.ts';
import type { RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { createChance } from '../../harness/random.ts';
import { CLIENT, SECRET } from '../fakes/mock-and-companion.ts';
import { accessToken, ask, grant, type Answer } from '../harness.ts';
import { SERVES_AGAIN_MS } from './soak-companion.ts';

/** Milliseconds within which a request succeeds, whatever is restarted meanwhile. */
const PATIENCE_MS = 2 * SERVES_AGAIN_MS;
/** Milliseconds at most between the steps of a user. */
const PACE = 300;
const AT_ONCE = 4;

interface Parts {
  readonly mock: RunningMockServer;
  readonly seed: number;
  /** `origin` is undefined while one doesn't run. */
  readonly companions: readonly { readonly name: string; readonly origin: string | undefined }[];
  readonly tell: (violation: string) => void;
}

export interface Users {
  /** Sessions whose last state was read at every companion. */
  readonly done: number;
  /** Ids of grants of acknowledged sign-outs. */
  readonly revoked: readonly string[];
  /** Keys (hex) of accounts whose deletion was acknowledged. */
  readonly deleted: readonly string[];
  /** Resolves when the last user is done. */
  stop(): Promise<void>;
  /** Reads the last state of every session once more at every companion. */
  readAgain(): Promise<void>;
}

type Send = (origin: string) => Promise<Answer>;
type Test = (answer: Answer) => boolean;

export function startUsers({ mock, seed, companions, tell }: Parts): Users {
  const { clientId } = CLIENT;
  const [revoked, deleted]: [string[], string[]] = [[], []];
  const finished: (() => Promise<void>)[] = [];
  let over = false;
  let born = 0;

  /**
   * Repeats a request while there is no answer, a 503, or what is `outdated`. Any other answer than the expected one is a
   * violation, which ends this user.
   */
  async function until(what: string, where: () => number, send: Send, expected: Test, outdated?: Test) {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const { name, origin } = companions[where()] ?? { name: '', origin: undefined };
      const answer = origin === undefined ? undefined : await send(origin).catch(() => undefined);
      if (answer !== undefined && expected(answer)) return answer;
      const is = answer === undefined ? 'no answer' : `${answer.status} ${answer.text}`;
      const mayChange = answer === undefined || answer.status === 503 || outdated?.(answer) === true;
      if (!mayChange || performance.now() > deadline) throw new Error(`${what} at ${name}: ${is}`);
      await wait(50);
    }
  }

  async function live(nth: number): Promise<void> {
    const chance = createChance(seed + nth);
    const anyone = () => chance.below(companions.length);
    const pause = () => wait(chance.next() * PACE);
    // Every user has an address of its own, so that no rate limit hides an answer.
    const headers = { 'x-forwarded-for': `10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}` };
    const email = `user-${nth}@example.com`;
    const { uid } = mock.store.accounts.add({ email, password: 'correct horse' });
    const bearer = await accessToken(mock, { email });
    const created = await until(
      'a new session',
      anyone,
      (to) => ask(`${to}/v1/sessions`, 'POST', { bearer, headers }),
      ({ status }) => status === 201,
    );
    const session = { bearer: String(created.body.session) };
    const poll = (tag: string) => (to: string) =>
      ask(`${to}/v1/session`, 'GET', { ...session, headers: { ...headers, 'if-none-match': tag } });
    const everywhere = async (what: string, send: Send, expected: Test, outdated?: Test) => {
      const answers: Answer[] = [];
      for (const nth of companions.keys())
        answers.push(await until(what, () => nth, send, expected, outdated));
      return answers;
    };

    const [first] = await everywhere('a created session', poll(''), ({ status }) => status === 200);
    const tag = first?.headers.get('etag') ?? '';
    for (let round = 0; round < 3; round += 1) {
      await everywhere('a session without news', poll(tag), ({ status }) => status === 304);
      const me: Send = (to) => ask(`${to}/v1/me`, 'GET', { bearer, headers });
      await everywhere('a token', me, ({ body }) => body.user === `fxa:${uid}-${CLIENT.name}`);
      await pause();
    }

    const receives = async (event: string, payload: object = {}) => {
      const send: Send = async (to) => {
        const set = await mock.events.sign({ clientId, uid, event, payload: { ...payload } });
        return ask(`${to}/webhooks/fxa`, 'POST', { bearer: set });
      };
      await until(event, anyone, send, ({ status }) => status === 200);
    };
    const hasEnded = (reason: string): Test => {
      return ({ status, body }) => status === 401 && body.reason === reason;
    };
    const signOut = async () => {
      const ids = [grant(mock, uid), grant(mock, uid)];
      const asking = { ...session, headers, body: { refreshTokenIds: ids } };
      const send: Send = (to) => ask(`${to}/v1/session/end`, 'POST', asking);
      await until('a sign-out', anyone, send, ({ status }) => status === 202);
      revoked.push(...ids);
    };
    type Ending = readonly [string, () => Promise<void>, Test];
    const signedOut: Ending = ['a sign-out', signOut, hasEnded('signed_out')];
    const news: readonly Ending[] = [
      [
        'a changed password',
        () => receives('password-change', { changeTime: Date.now() + 1000 }),
        hasEnded('password_changed'),
      ],
      [
        'a deleted account',
        async () => {
          await receives('delete-user');
          deleted.push(accountKey(SECRET, CLIENT, uid).toString('hex'));
        },
        ({ status }) => status === 401,
      ],
      ['a changed profile', () => receives('profile-change'), ({ body }) => Number(body.revision) >= 1],
      ['an opt-out', () => receives('metrics-opt-out'), ({ body }) => body.metrics === false],
    ];
    const [what, happen, expected] = chance.one(0.5) ? signedOut : chance.pick(news);
    await happen();
    // Without the tag each companion reads the database; with it, it answers from memory until it is notified.
    const read = () => everywhere(what, poll(''), expected);
    await read();
    await everywhere(what, poll(tag), expected, ({ status }) => status === 304);
    finished.push(async () => void (await read()));
  }

  const report = (error: unknown) => tell(error instanceof Error ? error.message : String(error));
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    while (!over) await live((born += 1)).catch(report);
  });
  return {
    get done() {
      return finished.length;
    },
    revoked,
    deleted,
    async stop() {
      over = true;
      await Promise.all(lanes);
    },
    async readAgain() {
      const left = [...finished];
      const read = async () => {
        for (let next = left.pop(); next !== undefined; next = left.pop()) await next().catch(report);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, read));
    },
  };
}
