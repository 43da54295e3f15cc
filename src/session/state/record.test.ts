import { describe, expect, it } from 'vitest';
import { parseRecord, parseTokens } from './parse-record.ts';
import { addToJournal, currentOwners, emptyRecord, type StoredRecord } from './record.ts';

const signedIn: StoredRecord = {
  version: 3,
  deployment: 'https://accounts.example client',
  session: {
    status: 'signedIn',
    id: 's1',
    since: 1,
    account: { subject: 'ada' },
    grant: { refreshTokenId: 'id', sealed: { refreshToken: 'sealed' }, scope: 'profile' },
  },
  outbox: [],
  journal: [],
  settings: { sessionOnly: false },
};

const signedInWith = (members: object) => ({ ...signedIn, session: { ...signedIn.session, ...members } });
const accountWith = (members: object) => ({ subject: 'ada', profile: { uid: 'u', ...members } });
const { grant } = signedIn.session as { grant: object };
const entry = { refreshTokenId: 'id', issuer: 'i', since: 1, attempts: 0, notBefore: 0 };
const withEntry = (members: object) => ({ ...signedIn, outbox: [{ ...entry, ...members }] });

describe('parseRecord', () => {
  it('reads missing storage as an empty, signed-out record', () => {
    expect(parseRecord(undefined, 'd')).toEqual(emptyRecord('d'));
  });

  it('returns a stored record unchanged', () => {
    const running: StoredRecord = {
      ...signedIn,
      session: {
        status: 'signingIn',
        attempt: { id: 'a', startedAt: 1, phase: 'window', via: 'window' },
        previous: { status: 'signedOut' },
      },
    };
    const account = { subject: 'ada', keyIds: { scope: { kid: '1-a' } } };
    const full = { ...signedInWith({ account, since: 8.64e15 }), outbox: [entry] };
    for (const record of [emptyRecord('d'), signedIn, running, full]) {
      expect(parseRecord(JSON.parse(JSON.stringify(record)), 'd')).toEqual(record);
    }
  });

  it('refuses a record of a newer version', () => {
    expect(() => parseRecord({ ...signedIn, version: 4 }, 'd')).toThrow(
      expect.objectContaining({ code: 'storage_newer' }),
    );
  });

  it.each([
    ['no object', 'text'],
    ['null', null],
    ['no version', { ...signedIn, version: undefined }],
    ['a version that is no number', { ...signedIn, version: '4' }],
    ['an unknown state', { ...signedIn, session: { status: 'somewhere' } }],
    ['a session without its grant', { ...signedIn, session: { ...signedIn.session, grant: undefined } }],
    ['a session without its account', { ...signedIn, session: { ...signedIn.session, account: null } }],
    [
      'an attempt without a way back',
      { ...signedIn, session: { status: 'signingIn', attempt: { id: 'a' } } },
    ],
    ['an outbox of something else', { ...signedIn, outbox: [{}] }],
    [
      'an unsealed grant of a strange form',
      { ...signedIn, session: { ...signedIn.session, grant: { ...grant, sealed: 'x' } } },
    ],
    ['a sealed token that is no text', signedInWith({ grant: { ...grant, sealed: { refreshToken: 1 } } })],
    ['an entry whose sealed token is no text', withEntry({ revokedByToken: { sealed: 1 } })],
    ['a negative number of attempts', withEntry({ attempts: -1 })],
    ['a number of attempts that is a text', withEntry({ attempts: '1' })],
    ['settings of something else', { ...signedIn, settings: true }],
    ['a setting that is no boolean', { ...signedIn, settings: { sessionOnly: 'true' } }],
    ['a journal of something else', { ...signedIn, journal: [{}] }],
    ['a change without its reason', { ...signedIn, journal: [{ at: 1, from: 'signedIn', to: 'signedOut' }] }],
    ['an invalid instant', signedInWith({ since: 1e20 })],
    ['a problem at no instant', signedInWith({ attemptError: { code: 'offline', at: 1e20 } })],
    ['a problem whose code is no word', signedInWith({ profileError: { code: '<b>', at: 1 } })],
    ['a problem whose code begins with more', signedInWith({ profileError: { code: '<offline', at: 1 } })],
    ['a problem whose code ends with more', signedInWith({ profileError: { code: 'offline>', at: 1 } })],
    ['subscriptions that are no list', signedInWith({ account: accountWith({ subscriptions: 'abc' }) })],
    ['subscriptions that are no texts', signedInWith({ account: accountWith({ subscriptions: [{}] }) })],
    ['a name that is no text', signedInWith({ account: accountWith({ displayName: {} }) })],
    ['key ids of something else', signedInWith({ account: { subject: 'ada', keyIds: { scope: null } } })],
    [
      'a key without id beside one that has it',
      signedInWith({ account: { subject: 'ada', keyIds: { one: { kid: '1-a' }, other: {} } } }),
    ],
    [
      'an attempt in no phase',
      {
        ...signedIn,
        session: {
          status: 'signingIn',
          attempt: { id: 'a', startedAt: 1, phase: 'later', via: 'window' },
          previous: { status: 'signedOut' },
        },
      },
    ],
    ['a truncated record', { version: 3 }],
    ['a truncated record of version 1', { version: 1 }],
    ['a record from before there were any', { ...signedIn, version: 0 }],
  ])('refuses %s', (_what, stored) => {
    expect(() => parseRecord(stored, 'd')).toThrow(expect.objectContaining({ code: 'storage_corrupt' }));
  });
});

describe('parseTokens', () => {
  const token = { token: 't', issuer: 'i', owner: 'o', scope: '', receivedAt: 1, expiresAt: 2 };

  it.each(Object.keys(token))('drops a token without its %s', (name) => {
    expect(parseTokens([token, { ...token, [name]: undefined }, null])).toEqual([token]);
  });

  it('takes anything but a list for no tokens', () => {
    expect(parseTokens('nonsense')).toEqual([]);
  });
});

it('addToJournal keeps the last 50 entries', () => {
  let record = emptyRecord('d');
  for (let at = 0; at < 60; at++)
    record = addToJournal(record, { at, from: 'signedOut', to: 'signingIn', why: 'sign_in' });
  expect(record.journal).toHaveLength(50);
  expect(record.journal.at(-1)?.at).toBe(59);
});

it('currentOwners names both the attempt and the session beneath it', () => {
  const { session } = signedIn;
  if (session.status !== 'signedIn') throw new Error('unreachable');
  expect(
    currentOwners({
      status: 'signingIn',
      attempt: { id: 'a', startedAt: 1, phase: 'window', via: 'window' },
      previous: session,
    }),
  ).toEqual(['a', 's1']);
  expect(currentOwners({ status: 'signedOut' })).toEqual([]);
});
