import { describe, expect, it } from 'vitest';
import { ConfigError, readSettings, type Variables } from './config.ts';

const CLIENT = { clientId: 'a1b2c3d4e5f60718', name: 'notes', scope: 'profile:uid' };
const FULL = {
  FXA_ISSUER: 'production',
  COMPANION_CLIENTS: JSON.stringify([CLIENT]),
  COMPANION_SECRET: '5e'.repeat(32),
  DATABASE_URL: 'postgres://companion@127.0.0.1/companion',
  HOST: '0.0.0.0',
  PORT: '8000',
};

/** The faults reported. */
function faultsOf(variables: Variables): readonly string[] {
  try {
    readSettings(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('readSettings', () => {
  it('reads a new secret and the one it replaces, and two passwords', () => {
    const { COMPANION_SECRET: one, ...rest } = FULL;
    const other = 'A1'.repeat(32);
    const { secret, formerSecret } = readSettings({ ...rest, COMPANION_SECRETS: `${other}, ${one}` });
    expect([secret, formerSecret].map((bytes) => Buffer.from(bytes ?? []).toString('hex'))).toEqual([
      other.toLowerCase(),
      one,
    ]);
    expect(readSettings({ ...rest, COMPANION_SECRETS: one }).formerSecret).toBeUndefined();
    expect(faultsOf({ ...FULL, COMPANION_SECRETS: `${other},${one}` })).toEqual([
      expect.stringContaining('either COMPANION_SECRET or'),
    ]);
    for (const wrong of [`${one},${one}`, `${one},`, 'ab', `${one},${other},${'b2'.repeat(32)}`])
      expect(faultsOf({ ...rest, COMPANION_SECRETS: wrong })).toEqual([
        expect.stringMatching(/^COMPANION_SECRETS (?:must|takes|has the same)/),
      ]);
    const password = 'a long new password,a long old password';
    for (const typed of [password, ` ${password.replace(',', ' , ')}`])
      expect(readSettings({ ...FULL, COMPANION_OPERATOR_PASSWORD: typed }).operatorPassword).toBe(password);
    for (const wrong of [
      'a long new password,short',
      'long enough for one,long enough for two,long enough for 3',
    ])
      expect(faultsOf({ ...FULL, COMPANION_OPERATOR_PASSWORD: wrong })).toEqual([
        expect.stringMatching(/^COMPANION_OPERATOR_PASSWORD /),
      ]);
  });

  it('reads the environment, with defaults for optional settings', () => {
    const settings = readSettings(FULL);
    expect(settings).toMatchObject({
      issuer: 'https://accounts.firefox.com',
      endpoints: { token: 'https://oauth.accounts.firefox.com/v1/token' },
      clients: [{ ...CLIENT, space: 'notes', jwt: false }],
      databaseUrl: FULL.DATABASE_URL,
      host: '0.0.0.0',
      port: 8000,
      extensionIds: [],
      tokenCheck: 'introspect',
      trustedProxies: 0,
      logLevel: 'info',
    });
    const times = readSettings({ ...FULL, COMPANION_EXPECT_EVENTS_EVERY: '6h,notes=2d' }).expectedEvents;
    expect([...(times ?? [])]).toEqual([
      ['', 21_600],
      ['notes', 172_800],
    ]);
    expect(settings.operatorPassword).toBeUndefined();
    expect(Buffer.from(settings.secret).toString('hex')).toBe(FULL.COMPANION_SECRET);
  });

  it.each([
    ['https://sqs.us-west-2.amazonaws.com/123456789012/events', undefined, 'us-west-2'],
    [
      'https://vpce-1a-x.sqs.eu-central-1.vpce.amazonaws.com/123456789012/events',
      'eu-west-1',
      'eu-central-1',
    ],
    ['https://queue.amazonaws.com/123456789012/events', 'us-gov-east-1', 'us-gov-east-1'],
    ['http://127.0.0.1:4566/000000000000/events.fifo', 'eu-west-1', 'eu-west-1'],
  ])('reads the queue %s and its region', (url, AWS_REGION, region) => {
    const { queue } = readSettings({ ...FULL, COMPANION_SQS_URL: url, AWS_REGION });
    expect(queue).toEqual({ url, region });
  });

  it('reads no queue without COMPANION_SQS_URL', () => {
    expect(readSettings({ ...FULL, AWS_REGION: 'eu-west-1', DEBUG: '*' }).queue).toBeUndefined();
  });

  it.each([
    ['http://sqs.eu-west-1.amazonaws.com/123456789012/events', {}, 'COMPANION_SQS_URL must be the https URL'],
    ['https://sqs.eu-west-1.amazonaws.com/', {}, 'COMPANION_SQS_URL must be the https URL'],
    ['https://queue.amazonaws.com/123456789012/events', {}, 'AWS_REGION is missing'],
    ['http://127.0.0.1:4566/000000000000/events', { AWS_REGION: 'here' }, 'AWS_REGION must be a region'],
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/events', { DEBUG: 'knex, sqs*' }, 'DEBUG would print'],
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/events', { DEBUG: 'knex s*' }, 'DEBUG would print'],
  ])('refuses the queue %s with %j', (COMPANION_SQS_URL, more, fault) => {
    expect(faultsOf({ ...FULL, COMPANION_SQS_URL, ...more }).join()).toContain(fault);
  });

  it('reports all missing settings at once', () => {
    const faults = faultsOf({}).join('\n');
    for (const name of [
      'FXA_ISSUER',
      'COMPANION_CLIENTS',
      'COMPANION_SECRET',
      'DATABASE_URL',
      'HOST',
      'PORT',
    ]) {
      expect(faults).toContain(name);
    }
    expect(faultsOf(Object.fromEntries(Object.keys(FULL).map((name) => [name, ''])))).toEqual(faultsOf({}));
  });

  it.each([
    ['FXA_ISSUER', 'http://accounts.example'],
    ['FXA_ISSUER', 'https://accounts.example/?x'],
    ['COMPANION_CLIENTS', '[]'],
    ['COMPANION_CLIENTS', 'notes'],
    ['COMPANION_CLIENTS', JSON.stringify([{ ...CLIENT, clientId: 'notes' }])],
    ['COMPANION_CLIENTS', JSON.stringify([{ ...CLIENT, name: '<b>' }])],
    ['COMPANION_CLIENTS', JSON.stringify([{ ...CLIENT, scope: '' }])],
    ['COMPANION_CLIENTS', JSON.stringify([{ ...CLIENT, secret: 'x' }])],
    ['COMPANION_CLIENTS', JSON.stringify([{ ...CLIENT, origin: 'https://example.com/' }])],
    ['COMPANION_CLIENTS', JSON.stringify([{ ...CLIENT, jwt: 'yes' }])],
    ['COMPANION_SECRET', '5e'.repeat(31)],
    ['COMPANION_SECRET', 'x'.repeat(64)],
    ['DATABASE_URL', 'mysql://127.0.0.1'],
    ['COMPANION_DATA', 'beside-a-server'],
    ['PORT', '80000'],
    ['COMPANION_EXTENSION_IDS', 'abc'],
    ['COMPANION_OPERATOR_PASSWORD', 'short'],
    ['COMPANION_TOKEN_CHECK', 'trust'],
    ['COMPANION_TRUSTED_PROXIES', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['COMPANION_EXPECT_EVENTS_EVERY', 'often'],
    ['COMPANION_EXPECT_EVENTS_EVERY', '6h,elsewhere=7d'],
  ])('refuses %s=%s, and nothing else', (name, value) => {
    const faults = faultsOf({ ...FULL, [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(name);
  });

  it('allows two names for one client id within one space', () => {
    const two = (more: object) => [CLIENT, { ...CLIENT, name: 'other', scope: 'profile:email', ...more }];
    const settings = readSettings({ ...FULL, COMPANION_CLIENTS: JSON.stringify(two({})) });
    expect(settings.clients.map(({ space }) => space)).toEqual(['notes', 'notes']);
    expect(faultsOf({ ...FULL, COMPANION_CLIENTS: JSON.stringify(two({ space: 'other' })) })).toHaveLength(1);
    expect(faultsOf({ ...FULL, COMPANION_CLIENTS: JSON.stringify(two({ name: 'notes' })) })).toEqual([
      'COMPANION_CLIENTS has an error in client 2: its name is used twice.',
    ]);
  });

  it('quotes no secret in its errors', () => {
    const variables = {
      ...FULL,
      COMPANION_SECRET: 'canary-secret',
      DATABASE_URL: 'canary-url',
      COMPANION_OPERATOR_PASSWORD: 'canary-pass',
      COMPANION_CLIENTS: 'canary-clients',
    };
    expect(faultsOf(variables)).toHaveLength(4);
    expect(faultsOf(variables).join()).not.toContain('canary');
  });

  it('accepts a custom issuer, whose endpoints are discovered', () => {
    const settings = readSettings({ ...FULL, FXA_ISSUER: 'http://127.0.0.1:9720/' });
    expect(settings.issuer).toBe('http://127.0.0.1:9720');
    expect(settings).not.toHaveProperty('endpoints');
  });
});

describe('readSettings on copied examples and unusable values', () => {
  const given = (name: string, value: string) => {
    try {
      readSettings({ [name]: value });
    } catch (error) {
      return error instanceof ConfigError ? error.faults.filter((fault) => fault.startsWith(name)) : [];
    }
    return [];
  };

  it.each([
    [
      'COMPANION_CLIENTS',
      '[{"clientId":"0123456789abcdef","name":"notes","scope":"profile"}]',
      /env\.example/,
    ],
    ['DATABASE_URL', 'postgres://companion:password@127.0.0.1:5432/companion', /env\.example/],
    ['DATABASE_URL', 'postgres://me:pa#ss@db.example/companion', /%23/],
    ['DATABASE_URL', 'postgres://me:pa/ss@db.example/companion', /%2F/],
    ['DATABASE_URL', 'postgres://me@a,b/companion?target_session_attrs=standby', /read-write/],
    ['COMPANION_KEEP_ALIVE', '0', /whole number/],
  ])('is refused: %s=%s', (name, value, pattern) => {
    const faults = given(name, value);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(pattern);
  });

  it.each([
    'postgres://me:secret@one.example:5432,two.example:5433/companion?target_session_attrs=read-write',
    'postgresql://me:pa%23ss@db.example/companion',
  ])('is not this: %s', (value) => {
    expect(given('DATABASE_URL', value)).toEqual([]);
  });
});
