import { describe, expect, it } from 'vitest';
import { readEvents } from '../../companion/metrics/events.ts';
import { FXA_ERROR_CODES } from '../../fxa/errors.ts';
import type { Session, SignedIn } from '../state/states.ts';
import { recent } from './queue.ts';
import { addLine, dayOf, eventsForChange, shouldCount, METRICS_EVENTS } from './events.ts';

const account = { subject: 'u' };
const grant = { refreshTokenId: 'x', scope: 'profile' };
const out: Session = { status: 'signedOut' };
const live: SignedIn = { status: 'signedIn', id: 's', since: 1, account, grant };
const ended = { code: 'reauth_required', reason: 'grant_revoked', at: 1 } as const;
const needsReauth: Session = { status: 'needsReauth', account, endReason: ended };
const left: Session = { status: 'signedOut', endReason: { code: 'signed_out', reason: 'by_user', at: 1 } };
const lost: Session = { status: 'signedOut', endReason: { code: 'signed_out', reason: 'key_lost', at: 1 } };
const running = (previous: Exclude<Session, { status: 'signingIn' }>): Session => ({
  status: 'signingIn',
  attempt: { id: 'a', startedAt: 1, phase: 'window', via: 'window' },
  previous,
});
const offline = { code: 'offline', at: 1 } as const;

const today = '2026-11-21';
const line = { name: 'popup_opened', day: today, count: 1 };

describe('eventsForChange', () => {
  const cases: readonly [string, Session, Session, readonly string[]][] = [
    ['a sign-in begins', out, running(out), ['sign_in_started']],
    ['a sign-in begins on top of a session', live, running(live), ['sign_in_started']],
    ['a sign-in arrives', running(out), { ...live, id: 'a' }, ['sign_in_completed']],
    ['a sign-in fails', running(out), { ...out, attemptError: offline }, ['sign_in_failed offline']],
    [
      'one fails on top of a session',
      running(live),
      { ...live, attemptError: offline },
      ['sign_in_failed offline'],
    ],
    ['a grant is gone', live, needsReauth, ['reauth_asked']],
    ['a grant is gone beneath an attempt', running(live), running(needsReauth), ['reauth_asked']],
    ['the user signs out', live, left, []],
    ['a session is lost', live, lost, []],
    ['a profile comes', live, { ...live, account: { subject: 'u', profileAt: 1 } }, []],
    ['nothing', live, live, []],
  ];
  it.each(cases)('counts the right events when %s', (_name, before, after, expected) => {
    expect(
      eventsForChange(before, after).map(({ name, detail }) => [name, detail].filter(Boolean).join(' ')),
    ).toEqual(expected);
  });
});

it('merges counts of the same day, name and detail into one line, up to a maximum', () => {
  const failed = { name: 'sign_in_failed', detail: 'offline', day: today, count: 1 };
  const all = [line, failed, line, { ...failed, detail: 'busy' }, { ...line, day: '2026-11-22' }, failed];
  expect(all.reduce<readonly (typeof line)[]>(addLine, [])).toEqual([
    { ...line, count: 2 },
    { ...failed, count: 2 },
    { ...failed, detail: 'busy' },
    { ...line, day: '2026-11-22' },
  ]);
  expect(addLine([{ ...line, count: 1000 }], line)).toEqual([{ ...line, count: 1000 }]);
});

it('counts engage once a day', () => {
  expect(shouldCount({ name: 'engage' }, today, undefined)).toBe(true);
  expect(shouldCount({ name: 'engage' }, today, today)).toBe(false);
  expect(shouldCount({ name: 'engage' }, '2026-11-22', today)).toBe(true);
  expect(shouldCount({ name: 'popup_opened' }, today, today)).toBe(true);
});

it('drops events too old for the companion, and keeps those it accepts', () => {
  const now = Date.parse(`${today}T12:00:00Z`);
  const events = [0, 5, 6, 7, 400].map((days) => ({ ...line, day: dayOf(now - days * 86_400_000) }));
  expect(recent(events, now)).toHaveLength(3);
  expect(readEvents({ events: recent(events, now) }, now)).toHaveLength(3);
});

it('uses only event names and details that the companion accepts', () => {
  const now = Date.parse(`${today}T12:00:00Z`);
  const names = Object.keys(METRICS_EVENTS).map((name) => ({ name, day: today, count: 1 }));
  const codes = FXA_ERROR_CODES.map((detail) => ({ name: 'sign_in_failed', detail, day: today, count: 1 }));
  expect(readEvents({ events: [...names, ...codes] }, now)).toEqual([...names, ...codes]);
});
