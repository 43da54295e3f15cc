// What `check` asks Mozilla accounts: discovery, the public keys, the clock.
import { discover } from '../../fxa/discovery.ts';
import { requestJson, type Http } from '../../fxa/http.ts';
import type { CompanionSettings } from '../config.ts';
import { type Check, createClocks, readingDates } from '../operations/clock.ts';
import { publicKeys } from '../security-events/public-keys.ts';
import { plural, offBy } from '../status/words.ts';
import type { CommandParts, Found } from './command.ts';

/** One line each; never rejects. */
export async function checkAccounts(
  { issuer, endpoints }: CompanionSettings,
  { fetch, now }: CommandParts,
): Promise<readonly Found[]> {
  const clocks = createClocks();
  const http = { fetch: readingDates(fetch, new Set([new URL(issuer).origin]), clocks, now), now };
  let jwks: string;
  try {
    const found = await discover(issuer, http);
    jwks = endpoints?.jwks ?? found.jwks;
  } catch (error) {
    return [['FAIL', 'Mozilla accounts', `${issuer} does not answer (${(error as Error).message})`]];
  }
  return [
    ['ok', 'Mozilla accounts', issuer],
    await checkKeys(http, jwks),
    checkClock(clocks.state(), Math.round((clocks.ahead('accounts') ?? 0) / 1000)),
  ];
}

async function checkKeys(http: Http, jwks: string): Promise<Found> {
  try {
    const { size } = publicKeys(await requestJson(http, 'keys', jwks, { method: 'GET' }));
    return [size === 0 ? 'FAIL' : 'ok', 'public keys', `${plural(size, 'key')} at ${jwks}`];
  } catch (error) {
    return ['FAIL', 'public keys', `${jwks} has none that can be read (${(error as Error).message})`];
  }
}

/** `ahead`: seconds. */
function checkClock(state: Check, ahead: number): Found {
  const description = `Mozilla accounts is ${offBy(ahead)}`;
  if (state === 'ok') return ['ok', 'clock', description];
  const refused = ahead > 0 ? 'as from the future' : 'as too old';
  const consequence = state === 'error' ? `: every event is refused ${refused}` : '';
  return ['FAIL', 'clock', `${description}${consequence}. Set the clock by NTP.`];
}
