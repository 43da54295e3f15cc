// Death at every point: before and after each call of a port, in each use case, the background is killed there and
// another one starts. Whatever the point, the state is one of the diagram's, no click ends in silence, and every live
// grant at the server is known here. The one exception is an answer that never reached storage; it is counted.
import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../src/session/record.ts';
import { CLIENT, createWorld, type World } from './world.ts';

interface UseCase {
  readonly name: string;
  readonly prepare: (world: World) => Promise<void>;
  readonly run: (world: World) => Promise<unknown>;
}

const signedIn = async (world: World) => {
  await world.session.signIn();
  await world.session.drain();
};

const USE_CASES: readonly UseCase[] = [
  { name: 'sign-in', prepare: () => Promise.resolve(), run: (world) => world.session.signIn() },
  {
    name: 'sign-in as another account, on top of a session',
    prepare: async (world) => {
      await signedIn(world);
      world.signsInAs('lin@example.com');
    },
    run: (world) => world.session.signIn(),
  },
  {
    name: 'profile with a refresh',
    prepare: async (world) => {
      await signedIn(world);
      world.host.skew = 3_590_000;
    },
    run: (world) => world.session.lookForNews(),
  },
  {
    name: 'sign-out',
    prepare: signedIn,
    run: async (world) => {
      await world.session.signOut();
      await world.session.drain();
    },
  },
];

const counts = { points: 0, lost: 0 };
afterAll(() => {
  console.log(`crash points: ${counts.points}, answers that never reached storage: ${counts.lost}`);
});

/** Kills at the given point and recovers. Undefined when the use case ended before it came to that point. */
async function dieAt(useCase: UseCase, point: number): Promise<{ world: World; call: string } | undefined> {
  const world = await createWorld('today');
  await useCase.prepare(world);
  let passed = 0;
  let call: string | undefined;
  const died = new Promise<void>((resolve) => {
    world.host.onCall = (moment, name) => {
      if (call !== undefined || passed++ !== point) return;
      call = `${moment} ${name}`;
      world.kill();
      resolve();
    };
  });
  await Promise.race([died, useCase.run(world)]);
  world.host.onCall = () => undefined;
  if (call === undefined) {
    await world.stop();
    return undefined;
  }
  await world.restart();
  // The window lives on, and the person finishes there; it is a while until they try again.
  await expect.poll(() => world.host.windows.open).toEqual([]);
  world.host.skew += 10_000;
  return { world, call };
}

/** Nothing is stored before the first use case writes. */
const stored = (world: World) => world.host.local.get('record') as StoredRecord | undefined;

/** The live grants at the server that nobody here knows. */
function unknownGrants(world: World): string[] {
  const record = stored(world);
  const known = new Set(record?.outbox.map(({ refreshTokenId }) => refreshTokenId));
  if (record?.session.status === 'signedIn') known.add(record.session.grant.refreshTokenId);
  return world.standin.store
    .liveGrants({ clientId: CLIENT })
    .map(({ id }) => id)
    .filter((id) => !known.has(id));
}

function unknownTokens(world: World): string[] {
  const held = (world.host.memory.get('tokens') ?? []) as { token: string }[];
  const known = new Set(
    held.map(({ token }) => createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex')),
  );
  return world.standin.store
    .liveAccessTokens({ clientId: CLIENT })
    .map(({ id }) => id)
    .filter((id) => !known.has(id));
}

describe.each(USE_CASES)('$name', (useCase) => {
  it('survives death at every point', { timeout: 120_000 }, async () => {
    let between: 'answer and storage' | undefined;
    for (let point = 0; ; point++) {
      const dead = await dieAt(useCase, point);
      if (!dead) {
        expect(point).toBeGreaterThan(10);
        return;
      }
      const { world, call } = dead;
      counts.points++;
      const where = `${useCase.name}, point ${point}: ${call}`;

      // From the answer of the token endpoint until its tokens are written down, nobody can know them.
      if (call === 'after fetch /v1/token') between = 'answer and storage';
      const lost = unknownGrants(world).length + unknownTokens(world).length;
      if (between) counts.lost += lost;
      else expect(lost, where).toBe(0);
      if (call === 'after memory.set tokens') between = undefined;

      const { status, problem } = world.view();
      expect(['signedOut', 'signedIn'], where).toContain(status);
      // Who clicked is told: an attempt that began and did not arrive says that it was interrupted.
      const began = stored(world)?.journal.some(({ to }) => to === 'signingIn');
      if (status === 'signedOut' && began && useCase.name !== 'sign-out') {
        expect(problem, where).toMatchObject({ code: 'interrupted' });
      }
      expect(world.host.reports, where).toEqual([]);

      // And the same can be done again, to its end.
      await useCase.run(world);
      await world.session.drain();
      const signedOut = useCase.name === 'sign-out';
      expect(world.view().status, where).toBe(signedOut ? 'signedOut' : 'signedIn');
      expect(unknownGrants(world).length, where).toBeLessThanOrEqual(between ? lost : 0);
      expect(world.record().outbox, where).toEqual([]);
      await world.stop();
    }
  });
});
