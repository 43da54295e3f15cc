import { expect, it } from 'vitest';
import { emptyRecord } from '../../../session/state/record.ts';
import { pruneOutbox } from '../../../session/sign-out/outbox-entries.ts';
import { transitionReason } from '../../../session/state/transition.ts';
import { WHYS } from './known.ts';

const DAY = 86_400_000;
const NOW = 10_000 * DAY;
const kept = (since: number) => ({
  refreshTokenId: `${since}`,
  issuer: 'i',
  since,
  attempts: 1000,
  notBefore: 0,
});

it('contains every reason that the journal may have', () => {
  const whyAfter = (outbox: ReturnType<typeof kept>[]) =>
    pruneOutbox({ ...emptyRecord('d'), outbox }, NOW).journal.at(-1)?.why;
  const out = { status: 'signedOut' } as const;
  const given = [
    whyAfter([kept(0)]),
    whyAfter(Array.from({ length: 5000 }, (_, index) => kept(NOW - index))),
    transitionReason({ type: 'signedOut', reason: 'by_user', at: 1 }, out),
    transitionReason({ type: 'signInFailed', attemptId: 'a', problem: { code: 'offline', at: 1 } }, out),
    transitionReason({ type: 'grantRejected', sessionId: 's', at: 1 }, out),
    'reset',
  ];
  expect(new Set(given).size).toBe(given.length);
  for (const why of given) expect(WHYS).toContain(why);
});
