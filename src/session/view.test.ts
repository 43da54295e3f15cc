import { expect, it } from 'vitest';
import { emptyRecord, type StoredRecord } from './record.ts';
import { project } from './view.ts';

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
    grant: { refreshTokenId: 'canary-id', sealed: 'canary-sealed', scope: 'canary-scope' },
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
  const view = project(record);
  expect(view).toEqual({
    version: 1,
    status: 'signedIn',
    account: { uid: 'uid', email: 'ada@example.com', avatar: 'https://pic', metricsEnabled: true },
    pendingRevocations: 2,
  });
  expect(JSON.stringify(view)).not.toContain('canary');
});

it('takes a missing metrics answer for a no, and a default picture for none', () => {
  const session = {
    ...record.session,
    account: { subject: 'u', profile: { uid: 'u', avatar: 'x', avatarDefault: true } },
  };
  expect(project({ ...record, session: session }).account).toEqual({
    uid: 'u',
    metricsEnabled: false,
  });
});

it('knows the subject before the first profile came', () => {
  const session = { ...record.session, account: { subject: 'sub' } } as StoredRecord['session'];
  expect(project({ ...record, session }).account?.uid).toBe('sub');
});

it('does not show the last problem while a new attempt runs', () => {
  const previous = { status: 'signedOut', problem: { code: 'offline', at: 1 } } as const;
  const session = {
    status: 'signingIn',
    attempt: { id: 'a', startedAt: 1, phase: 'window' },
    previous,
  } as const;
  expect(project({ ...record, session })).not.toHaveProperty('problem');
  expect(project({ ...record, session }).phase).toBe('window');
  expect(project({ ...record, session: previous }).problem?.code).toBe('offline');
});
