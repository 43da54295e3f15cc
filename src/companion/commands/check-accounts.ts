// What `check` asks Mozilla accounts: discovery, the public keys, the clock.
import { discover } from '../../fxa/discovery.ts';
import { requestJson } from '../../fxa/http.ts';
import type { CompanionSettings } from '../config.ts';
import { createClocks, readingDates } from '../operations/clock.ts';
import { publicKeys } from '../security-events/public-keys.ts';
import { counted, offBy } from '../status/words.ts';
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
  const keys = requestJson(http, 'keys', jwks, { method: 'GET' }).then(publicKeys);
  const seconds = Math.round((clocks.ahead('accounts') ?? 0) / 1000);
  const state = clocks.state();
  const refused =
    seconds > 0 ? 'every event is refused as from the future' : 'every event is refused as too old';
  return [
    ['ok', 'Mozilla accounts', issuer],
    await keys.then(
      ({ size }): Found => [size === 0 ? 'FAIL' : 'ok', 'public keys', `${counted(size, 'key')} at ${jwks}`],
      (error: unknown): Found => [
        'FAIL',
        'public keys',
        `${jwks} has none that can be read (${(error as Error).message})`,
      ],
    ),
    state === 'ok'
      ? ['ok', 'clock', `Mozilla accounts is ${offBy(seconds)}`]
      : [
          'FAIL',
          'clock',
          `Mozilla accounts is ${offBy(seconds)}${state === 'error' ? `: ${refused}` : ''}. Set the clock by NTP.`,
        ],
  ];
}
