import { expect, it } from 'vitest';
import { readSettings, type Variables } from '../config.ts';

const CLIENTS = [
  { clientId: 'aaaaaaaaaaaaaaaa', name: 'notes', scope: 'profile:uid' },
  { clientId: 'bbbbbbbbbbbbbbbb', name: 'to-do', scope: 'profile' },
];
const NOTES = {
  name: 'notes',
  redirectUri: 'https://companion.example.org/v1/fxa-oauth/token',
  authorizedDomains: ['notes.example.org'],
};
const SECRET = '9aced230585cc0aaea0a3467dd800'.padEnd(64, '0');
const settings = (web: unknown, more: Variables = {}) =>
  readSettings({
    FXA_ISSUER: 'production',
    COMPANION_CLIENTS: JSON.stringify(CLIENTS),
    COMPANION_SECRET: '00'.repeat(32),
    COMPANION_DATA: 'data',
    HOST: '127.0.0.1',
    PORT: '0',
    COMPANION_WEB: typeof web === 'string' ? web : JSON.stringify(web),
    COMPANION_WEB_SECRET_NOTES: SECRET,
    COMPANION_WEB_SECRET_TO_DO: SECRET,
    ...more,
  });
const faults = (web: unknown, more?: Variables) => {
  try {
    settings(web, more);
    return [];
  } catch (error) {
    return (error as { faults: readonly string[] }).faults;
  }
};

it('joins a web client with its client and its secret, with the defaults of kinto-fxa', () => {
  expect(settings([NOTES]).web).toEqual([
    {
      ...CLIENTS[0],
      ...NOTES,
      space: 'notes',
      jwt: false,
      secret: SECRET,
      requestedScope: 'profile',
      stateTtl: 3600,
      legacyFragment: false,
    },
  ]);
});

it('takes several, and has none where nothing is set', () => {
  const names = (web: unknown) => settings(web).web?.map(({ name }) => name);
  expect(names([NOTES, { ...NOTES, name: 'to-do' }])).toEqual(['notes', 'to-do']);
  expect(names('')).toEqual([]);
});

const IN_1 = 'COMPANION_WEB has an error in client 1:';

it.each([
  ['that is no list', {}, 'COMPANION_WEB must be a JSON list of web clients.'],
  ['of an unknown client', [{ ...NOTES, name: 'x' }], `${IN_1} no client of COMPANION_CLIENTS has its name.`],
  ['listed twice', [NOTES, NOTES], 'COMPANION_WEB has an error in client 2: its name is used twice.'],
  [
    'with its secret among the settings',
    [{ ...NOTES, secret: SECRET }],
    `${IN_1} the only members are name, redirectUri, requestedScope, authorizedDomains, stateTtl, legacyFragment.`,
  ],
  [
    'of any domain',
    [{ ...NOTES, authorizedDomains: ['notes.example.org', '*'] }],
    `${IN_1} an authorized domain must not be "*": a sign-in could then end at any site on the web, which would get the account.`,
  ],
  [
    'of no domain',
    [{ ...NOTES, authorizedDomains: [] }],
    `${IN_1} authorizedDomains must be a list of domains.`,
  ],
  [
    'with another callback',
    [{ ...NOTES, redirectUri: 'https://companion.example.org/callback' }],
    `${IN_1} redirectUri must be the one registered at Mozilla: https://<companion>/fxa-oauth/token.`,
  ],
  [
    'over plain http',
    [{ ...NOTES, redirectUri: 'http://companion.example.org/fxa-oauth/token' }],
    `${IN_1} redirectUri must be the one registered at Mozilla: https://<companion>/fxa-oauth/token.`,
  ],
  [
    'with no scope',
    [{ ...NOTES, requestedScope: '' }],
    `${IN_1} requestedScope must list scopes, such as "profile".`,
  ],
  [
    'whose scope it does not ask for',
    [{ ...NOTES, name: 'to-do', requestedScope: 'profile:uid openid' }],
    `${IN_1} requestedScope must cover the scope in COMPANION_CLIENTS, or each of its sign-ins is refused.`,
  ],
  [
    'with a state for ever',
    [{ ...NOTES, stateTtl: 1e9 }],
    `${IN_1} stateTtl must be a whole number of seconds from 60 to 86400.`,
  ],
])('refuses a web client %s', (_what, web, fault) => {
  expect(faults(web)).toEqual([fault]);
});

it('refuses a web client without its secret, and repeats no secret', () => {
  const missing = [
    "COMPANION_WEB_SECRET_NOTES must be the secret that Mozilla gave you with the client's id.",
  ];
  expect(faults([NOTES], { COMPANION_WEB_SECRET_NOTES: undefined })).toEqual(missing);
  expect(faults([NOTES], { COMPANION_WEB_SECRET_NOTES: 'too short' })).toEqual(missing);
});
