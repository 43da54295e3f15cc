// What one server issued is not used at another: neither secrets in memory nor the companion session.
import { afterEach, describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { createSession } from '../../src/session/index.ts';
import { COMPANION } from './fake-companion.ts';
import { passwordChanged } from './steps.ts';
import { CLIENT, createFaultHarness, type FaultHarness } from './harness.ts';

const OTHER = 'http://127.0.0.1:9820';
const HOUR = 3_600_000;

let harness: FaultHarness;
afterEach(() => harness.stop());

const done = <T>(work: Promise<T>) => harness.time.until(work, 'the work');

async function signIn(): Promise<void> {
  await done(harness.session.signIn());
  await done(harness.session.runMaintenance());
  expect(harness.view()?.status).toBe('signedIn');
}

/** A background for the other server over the same storage, and its requests. */
function turnTo(issuer: string) {
  harness.kill();
  const asked: string[] = [];
  const network = harness.host.fetch;
  harness.host.fetch = (url, init) => {
    asked.push([String(url), JSON.stringify([...new Headers(init?.headers)]), String(init?.body)].join(' '));
    return String(url).startsWith(OTHER)
      ? Promise.reject(new TypeError('NetworkError when attempting to fetch resource.'))
      : network(url, init);
  };
  const { ports } = harness.host.start();
  const session = createSession(ports, { ...harness.config, issuer, endpoints: mockServerEndpoints(issuer) });
  return { session, asked };
}

it('a refresh token in memory is not sent to another server, even if the record is said to be of that one', async () => {
  harness = createFaultHarness();
  await done(harness.session.setSessionOnly(true));
  await signIn();
  const [secrets] = Object.values(
    harness.host.memory.get('secrets') as Record<string, { refreshToken: string }>,
  );
  expect(secrets?.refreshToken).toMatch(/^[0-9a-f]{64}$/);
  harness.host.local.set('record', { ...harness.record(), deployment: `${OTHER} ${CLIENT}` });
  harness.host.memory.delete('tokens');

  const { session, asked } = turnTo(OTHER);
  await done(session.recover());
  const token = session.accessToken('profile').catch((error: unknown) => error);
  expect(await done(token)).toMatchObject({ code: 'signed_out' });
  await done(session.runMaintenance());
  expect(asked.filter((what) => what.includes(secrets?.refreshToken ?? ''))).toEqual([]);
});

describe('a companion session', () => {
  const companionSession = () => {
    const [companionSession] = Object.values(
      harness.host.local.get('companion') as Record<string, { session: string }>,
    );
    return atob(companionSession?.session.slice('sealed:'.length) ?? '');
  };

  it.each([
    ['of a live session', () => Promise.resolve()],
    [
      'that may yet tell why a session ended',
      async () => {
        passwordChanged(harness);
        harness.companion.mood = 'down';
        harness.host.memory.delete('tokens');
        await done(harness.session.refreshProfile());
        expect(harness.view()?.status).toBe('needsReauth');
        harness.companion.mood = 'truthful';
      },
    ],
  ])('%s is not shown while another server is chosen', async (_which, prepare) => {
    harness = createFaultHarness({ companion: true });
    await signIn();
    await prepare();
    const shown = companionSession();
    expect(shown).toMatch(/^s*\d+$/);

    const { session, asked } = turnTo(OTHER);
    await done(session.recover());
    for (let hours = 0; hours < 3; hours++) {
      await done(session.runMaintenance());
      await done(session.popupOpened());
      harness.host.skew += HOUR;
    }
    expect(asked.filter((what) => what.startsWith(COMPANION) && what.includes(shown))).toEqual([]);
  });
});
