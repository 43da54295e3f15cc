import { expect, it } from 'vitest';
import type { Policy } from './policy.ts';
import { emptyRecord, type StoredRecord } from './record.ts';
import { project } from './view.ts';

const NO_POLICY: Policy = { sessionOnly: false, metricsOff: false };
const tried = { issuer: 'canary-issuer', since: 1, attempts: 1, notBefore: 0 };

const record: StoredRecord = {
  ...emptyRecord('d'),
  session: {
    status: 'signedIn',
    id: 's1',
    since: 1,
    account: {
      subject: 'uid',
      profile: {
        uid: 'uid',
        email: 'ada@example.com',
        avatar: 'https://pic',
        avatarDefault: false,
        metricsEnabled: true,
      },
    },
    grant: { refreshTokenId: 'canary-id', sealed: { refreshToken: 'canary-sealed' }, scope: 'canary-scope' },
  },
  outbox: [
    { refreshTokenId: 'canary-used', owner: 's1', ...tried },
    { refreshTokenId: 'canary-left', owner: 'gone', ...tried },
    { refreshTokenId: 'canary-out', ...tried },
    { refreshTokenId: 'canary-new', ...tried, attempts: 0 },
  ],
  journal: [{ at: 1, from: 'signedOut', to: 'signedIn', why: 'canary-why' }],
};

it('shows the person and nothing of the grant', () => {
  const view = project(record, NO_POLICY);
  expect(view).toEqual({
    version: 2,
    status: 'signedIn',
    account: { uid: 'uid', email: 'ada@example.com', avatar: 'https://pic', metricsEnabled: true },
    since: 1,
    sessionOnly: 'off',
    pendingRevocations: 2,
  });
  expect(JSON.stringify(view)).not.toContain('canary');
});

it('takes a missing metrics answer for a no, and a default picture for none', () => {
  const session = {
    ...record.session,
    account: { subject: 'u', profile: { uid: 'u', avatar: 'x', avatarDefault: true } },
  };
  expect(project({ ...record, session }, NO_POLICY).account).toEqual({
    uid: 'u',
    metricsEnabled: false,
  });
});

it('knows the subject before the first profile came', () => {
  const session = { ...record.session, account: { subject: 'sub' } } as StoredRecord['session'];
  expect(project({ ...record, session }, NO_POLICY).account?.uid).toBe('sub');
});

it('does not show the last problem while a new attempt runs', () => {
  const previous = { status: 'signedOut', problem: { code: 'offline', at: 1 } } as const;
  const session = {
    status: 'signingIn',
    attempt: { id: 'a', startedAt: 1, phase: 'window', via: 'tab' },
    previous,
  } as const;
  expect(project({ ...record, session }, NO_POLICY)).not.toHaveProperty('problem');
  expect(project({ ...record, session }, NO_POLICY)).toMatchObject({ phase: 'window', via: 'tab' });
  expect(project({ ...record, session: previous }, NO_POLICY).problem?.code).toBe('offline');
});

it('says what the policy decides, and shows no metrics where it forbids them', () => {
  const policy: Policy = { sessionOnly: true, metricsOff: true, emailDomain: 'example.org' };
  expect(project(record, policy)).toMatchObject({
    sessionOnly: 'by_policy',
    emailDomain: 'example.org',
    account: { metricsEnabled: false },
  });
  const chosen = { ...record, settings: { sessionOnly: true } };
  expect(project(chosen, NO_POLICY).sessionOnly).toBe('chosen');
});

it('says how the last session ended', () => {
  const ended = { code: 'signed_out', reason: 'by_user', at: 1 } as const;
  expect(project({ ...record, session: { status: 'signedOut', ended } }, NO_POLICY)).toMatchObject({ ended });
});
