import { expect, it } from 'vitest';
import type { Environment } from '../metrics/consent.ts';
import type { Policy } from '../policy.ts';
import { emptyRecord, type StoredRecord } from './record.ts';
import { projectView } from './view.ts';

const NO_POLICY: Policy = { sessionOnly: false, metricsOff: false };
const AROUND: Environment = {
  issuer: 'https://accounts.example',
  policy: NO_POLICY,
  consent: true,
  companion: true,
  keepsKeys: true,
  tab: false,
};
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
  journal: [{ at: 1, from: 'signedOut', to: 'signedIn', why: 'sign_in' }],
};

it('shows the account and nothing of the grant', () => {
  const view = projectView(record, AROUND);
  expect(view).toEqual({
    version: 4,
    status: 'signedIn',
    account: { uid: 'uid', email: 'ada@example.com', avatar: 'https://pic', metricsEnabled: true },
    since: 1,
    sessionOnly: 'off',
    pendingRevocations: 2,
    metrics: { on: true, blockedBy: [] },
    issuer: 'https://accounts.example',
    lastChange: { at: 1, from: 'signedOut', to: 'signedIn', why: 'sign_in' },
  });
  expect(JSON.stringify(view)).not.toContain('canary');
});

it('treats a missing metrics answer as a no, and a default picture as no picture', () => {
  const session = {
    ...record.session,
    account: { subject: 'u', profile: { uid: 'u', avatar: 'x', avatarDefault: true } },
  };
  expect(projectView({ ...record, session }, AROUND).account).toEqual({
    uid: 'u',
    metricsEnabled: false,
  });
});

it('shows the subject before the first profile was fetched', () => {
  const session = { ...record.session, account: { subject: 'sub' } } as StoredRecord['session'];
  expect(projectView({ ...record, session }, AROUND).account?.uid).toBe('sub');
});

it('hides the last attempt’s problem while a new one runs', () => {
  const previous = { status: 'signedOut', attemptError: { code: 'offline', at: 1 } } as const;
  const session = {
    status: 'signingIn',
    attempt: { id: 'a', startedAt: 1, phase: 'window', via: 'tab' },
    previous,
  } as const;
  expect(projectView({ ...record, session }, AROUND)).not.toHaveProperty('problem');
  expect(projectView({ ...record, session }, AROUND)).toMatchObject({ phase: 'window', via: 'tab' });
  expect(projectView({ ...record, session: previous }, AROUND).problem?.code).toBe('offline');
});

it('shows what the policy decides, and no metrics when it forbids them', () => {
  const policy: Policy = { sessionOnly: true, metricsOff: true, emailDomain: 'example.org' };
  expect(projectView(record, { ...AROUND, policy })).toMatchObject({
    sessionOnly: 'by_policy',
    emailDomain: 'example.org',
    account: { metricsEnabled: false },
  });
  expect(projectView(record, { ...AROUND, policy }).metrics.blockedBy).toEqual(['policy']);
  const sessionOnly = { ...record, settings: { sessionOnly: true } };
  expect(projectView(sessionOnly, AROUND).sessionOnly).toBe('chosen');
});

it('shows whether signing in in a tab is possible, and preferred', () => {
  expect(projectView(record, AROUND)).not.toHaveProperty('tab');
  const wished = { ...record, settings: { sessionOnly: false, inTab: true } } as const;
  expect(projectView(wished, { ...AROUND, tab: true })).toMatchObject({ tab: true, inTab: true });
});

it('shows how the last session ended', () => {
  const endReason = { code: 'signed_out', reason: 'by_user', at: 1 } as const;
  expect(projectView({ ...record, session: { status: 'signedOut', endReason } }, AROUND)).toMatchObject({
    endReason,
  });
});

it('shows which profile fields can be edited, and the account’s capabilities', () => {
  const scope = 'profile profile:display_name:write';
  const session = {
    ...record.session,
    account: { subject: 'u', profile: { uid: 'u', subscriptions: ['notes', 'more'] } },
    grant: { refreshTokenId: 'x', scope },
  } as StoredRecord['session'];
  const { account } = projectView({ ...record, session }, AROUND);
  expect(account).toMatchObject({ mayChange: ['name'], subscriptions: ['notes', 'more'] });
  const endReason = {
    status: 'needsReauth',
    account: { subject: 'u' },
    endReason: { code: 'reauth_required', at: 1 },
  };
  const after = projectView({ ...record, session: endReason as StoredRecord['session'] }, AROUND).account;
  expect(after).toEqual({ uid: 'u', metricsEnabled: false, profilePending: true });
});

it('shows the metrics switch and everything that blocks metrics', () => {
  const empty = emptyRecord('d');
  const metricsOf = (settings: Partial<StoredRecord['settings']>, around: Partial<Environment>) =>
    projectView({ ...empty, settings: { sessionOnly: false, ...settings } }, { ...AROUND, ...around })
      .metrics;
  expect(metricsOf({}, {})).toEqual({ on: true, blockedBy: [] });
  expect(metricsOf({}, { consent: undefined })).toEqual({ on: false, blockedBy: ['switch'] });
  expect(metricsOf({ metrics: true }, { consent: undefined })).toEqual({ on: true, blockedBy: [] });
  const all = metricsOf({ metrics: false, dntGpc: true }, { consent: false, companion: false });
  expect(all).toEqual({ on: false, blockedBy: ['no_companion', 'switch', 'browser', 'dnt_gpc'] });
});

it('hides how a session ended once that was dismissed', () => {
  const endReason = { code: 'signed_out', reason: 'account_deleted', at: 5 } as const;
  const view = (more: object) =>
    projectView({ ...record, session: { status: 'signedOut', endReason, ...more } }, AROUND);
  expect(view({}).endReason).toEqual(endReason);
  expect(view({ endDismissed: true })).not.toHaveProperty('endReason');
});
