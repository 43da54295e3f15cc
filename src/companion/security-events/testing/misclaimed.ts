// Tokens with a valid signature but claims that are not those of a SET for us.
import type { RefusalReason } from '../refusal.ts';
import { EVENT, FIREFOX, ISSUER, NOW, SUB, claims, set } from './tokens.ts';
import type { Signer } from './tokens.ts';

const SECONDS = NOW / 1000;

/** Invalid values per claim. */
const WRONG: readonly (readonly [RefusalReason, string, readonly unknown[]])[] = [
  [
    'issuer',
    'iss',
    [undefined, null, 7, '', [ISSUER], `${ISSUER}//`, 'https://accounts.firefox.com.example'],
  ],
  ['subject', 'sub', [undefined, null, 7, '', [SUB], SUB.slice(2), SUB.toUpperCase(), `${SUB}\n`, '../..']],
  ['audience', 'aud', [undefined, null, 7, '', [], {}, 'ffffffffffffffff', [FIREFOX.clientId, 'x']]],
  ['audience', 'aud', [[FIREFOX.clientId, FIREFOX.clientId], [[FIREFOX.clientId, 'x']], '__proto__']],
  ['id', 'jti', [undefined, null, 7, '', ['x'], 'x'.repeat(257)]],
  ['stale', 'iat', [undefined, null, String(SECONDS), [SECONDS], 0, SECONDS - 30 * 86_400, SECONDS - 86_401]],
  ['future', 'iat', [SECONDS + 61, SECONDS + 3600, NOW]],
  ['expired', 'exp', [SECONDS - 61, 0, null, String(SECONDS + 300)]],
  ['future', 'nbf', [SECONDS + 61, null, 'x']],
  ['events', 'events', [undefined, null, 7, '', 'password-change', {}, [], [`${EVENT}delete-user`], true]],
];

/** Invalid payloads per event. */
const PAYLOADS: readonly (readonly [RefusalReason, string, readonly unknown[]])[] = [
  ['events', 'password-change', [null, 'x', 7, [], {}, { changeTime: '1' }, { changeTime: null }]],
  ['events', 'password-change', [{ changeTime: 0 }, { changeTime: -1 }, { changeTime: [NOW] }]],
  ['future', 'password-change', [{ changeTime: NOW + 61_000 }, { changeTime: NOW * 1000 }]],
  ['future', 'password-change', [{ changeTime: SECONDS + 61 }]],
  ['events', 'delete-user', [null, 'x', 7, []]],
  ['events', 'unheard-of', [null, 'x', 7, []]],
];

const SUBSCRIPTION = { capabilities: ['pro'], isActive: true, changeTime: NOW - 5000 };
const NO_SUBSCRIPTION: readonly object[] = [
  { capabilities: 'pro' },
  { capabilities: undefined },
  { capabilities: ['pro', 7] },
  { capabilities: [''] },
  { capabilities: ['a\0b'] },
  { capabilities: ['\ud800'] },
  { capabilities: ['x'.repeat(257)] },
  { isActive: 'true' },
  { isActive: undefined },
  { changeTime: undefined },
];

/** Each with the expected reason for refusal. */
export function misclaimed(good: Signer): { what: string; token: string; is: RefusalReason }[] {
  const event = (name: string, payload: unknown) => ({ events: { [`${EVENT}${name}`]: payload } });
  const one = (is: RefusalReason, what: string, change: Readonly<Record<string, unknown>>, header = {}) => ({
    is,
    what,
    token: set(good, claims(change), header),
  });
  return [
    ...WRONG.flatMap(([is, claim, values]) =>
      values.map((value) => one(is, `${claim} ${format(value)}`, { [claim]: value })),
    ),
    ...PAYLOADS.flatMap(([is, name, values]) =>
      values.map((value) => one(is, `${name} ${format(value)}`, event(name, value))),
    ),
    ...NO_SUBSCRIPTION.map((change) =>
      one('events', format(change), event('subscription-state-change', { ...SUBSCRIPTION, ...change })),
    ),
    ...['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+JWT', 'logout+jwt', '', 'x', 7, null].map(
      (typ) => one('type', `typ ${format(typ)}`, {}, { typ }),
    ),
    // FxA signs these two with the same keys, for the same audience.
    {
      is: 'events' as const,
      what: "an ID token of FxA's shape",
      token: set(
        good,
        claims({
          events: undefined,
          exp: SECONDS + 300,
          amr: ['pwd'],
          acr: 'AAL1',
          'fxa-aal': 1,
          at_hash: 'x',
        }),
      ),
    },
    one('id', 'an ID token, which has no jti', { jti: undefined, events: undefined, exp: SECONDS + 300 }),
    {
      is: 'type' as const,
      what: "an access token of FxA's shape",
      token: set(
        good,
        claims({ events: undefined, client_id: FIREFOX.clientId, scope: 'profile', exp: SECONDS + 3600 }),
        { typ: 'at+JWT' },
      ),
    },
    one('type', 'an access token with events', { scope: 'profile' }, { typ: 'at+jwt' }),
  ];
}

function format(value: unknown): string {
  return value === undefined
    ? 'missing'
    : JSON.stringify(value, (_, x: unknown) => x ?? 'missing').slice(0, 60);
}
