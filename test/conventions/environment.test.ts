// What a build makes of its variables, and what it says when one is missing.
import { describe, expect, it } from 'vitest';
import { buildConfig, connectSources, imageSources } from '../../scripts/build/environment.ts';
import { EXTENSION_CLIENTS, RETURN_PAGE } from '../../src/mock-accounts/seed.ts';

const id = '0123456789abcdef';

/** With what it takes to see a change of name and picture. */
const LOCAL_SCOPE = 'openid profile profile:display_name:write profile:avatar:write';

/** Any server a tester may choose. */
const TESTER_SOURCES = ['https:', 'http://127.0.0.1:*', 'http://localhost:*'];

describe('buildConfig', () => {
  it('builds for the mock server with no variables at all', () => {
    const config = buildConfig('local', 'firefox', {});
    expect(config).toMatchObject({
      clientId: EXTENSION_CLIENTS.firefox,
      issuer: 'http://127.0.0.1:9720',
      scope: LOCAL_SCOPE,
      returnPage: RETURN_PAGE,
    });
    const companion = new URL(RETURN_PAGE).origin;
    expect(config.companion).toEqual({ origin: companion, every: 300 });
    expect(connectSources(config)).toEqual(TESTER_SOURCES);
  });

  it('knows a companion elsewhere only when it is told of one', () => {
    const variables = { FXA_CLIENT_ID: id };
    expect(buildConfig('production', 'firefox', variables)).not.toHaveProperty('companion');
    expect(buildConfig('local', 'firefox', { FXA_COMPANION: 'none' })).not.toHaveProperty('companion');
    const config = buildConfig('production', 'firefox', {
      ...variables,
      FXA_COMPANION: 'https://companion.example/',
      FXA_COMPANION_EVERY: '60',
    });
    expect(config.companion).toEqual({ origin: 'https://companion.example', every: 60 });
    expect(connectSources(config)).toContain('https://companion.example');
  });

  it.each(['http://companion.example', 'https://companion.example/v1', 'companion', 'http://[::1]:9721'])(
    'refuses the companion %s',
    (companion) => {
      const build = () => buildConfig('local', 'firefox', { FXA_COMPANION: companion });
      expect(build).toThrow(/FXA_COMPANION is/);
    },
  );

  it.each(['0', '1.5', 'often', '100000'])('refuses to ask the companion every "%s" seconds', (every) => {
    expect(() => buildConfig('local', 'firefox', { FXA_COMPANION_EVERY: every })).toThrow(
      /FXA_COMPANION_EVERY/,
    );
  });

  it.each(['production', 'stage', 'custom'])(
    'asks for a client id in %s, and says how to get one',
    (name) => {
      const build = () => buildConfig(name, 'chromium', { FXA_ISSUER: 'https://accounts.example' });
      expect(build).toThrow(/FXA_CLIENT_ID.*FXA_CLIENT_ID_CHROMIUM.*redirect-uris/s);
    },
  );

  it('prefers the client id of the browser', () => {
    const variables = { FXA_CLIENT_ID: id, FXA_CLIENT_ID_CHROMIUM: 'fedcba9876543210' };
    expect(buildConfig('stage', 'chromium', variables).clientId).toBe('fedcba9876543210');
    expect(buildConfig('stage', 'firefox', variables).clientId).toBe(id);
  });

  it('refuses what cannot be a client id', () => {
    expect(() => buildConfig('stage', 'firefox', { FXA_CLIENT_ID: 'client' })).toThrow(
      /16 hexadecimal digits/,
    );
  });

  it('leaves the endpoints of a custom issuer to discovery', () => {
    const config = buildConfig('custom', 'firefox', {
      FXA_ISSUER: 'http://localhost:3030/',
      FXA_CLIENT_ID: id,
    });
    expect(config).toMatchObject({ issuer: 'http://localhost:3030', environment: 'custom' });
    expect(config).not.toHaveProperty('endpoints');
    expect(connectSources(config)).toEqual(TESTER_SOURCES);
  });

  it('lets a tester build connect to any server that a tester may choose, and to this machine by any of its names', () => {
    for (const issuer of ['https://accounts.example', 'http://127.0.0.1:3030', 'http://localhost']) {
      const config = buildConfig('custom', 'firefox', { FXA_ISSUER: issuer, FXA_CLIENT_ID: id });
      expect(connectSources(config)).toEqual(TESTER_SOURCES);
      expect(imageSources(config)).toEqual(TESTER_SOURCES);
    }
    const config = buildConfig('custom', 'firefox', { FXA_ISSUER: 'http://127.0.0.2:80', FXA_CLIENT_ID: id });
    expect(connectSources(config)).toEqual([...TESTER_SOURCES, 'http://127.0.0.2:80']);
  });

  it.each(['production', 'stage'])(
    'tells the code of a %s build where its policy lets it connect to',
    (name) => {
      const config = buildConfig(name, 'firefox', { FXA_CLIENT_ID: id });
      expect(config.connectsTo).toContain(new URL(config.endpoints?.token ?? '').origin);
      expect(config.connectsTo).toEqual(connectSources(config));
      expect(buildConfig('local', 'firefox', {})).not.toHaveProperty('connectsTo');
    },
  );

  it('takes pictures, in production, from where Mozilla keeps them', () => {
    expect(imageSources(buildConfig('production', 'firefox', { FXA_CLIENT_ID: id }))).toEqual([
      'https://profile.accounts.firefox.com',
      'https://firefoxusercontent.com',
      'https://*.firefoxusercontent.com',
    ]);
  });

  it.each([undefined, 'http://accounts.example', 'accounts.example', 'ftp://127.0.0.1'])(
    'refuses the issuer %s',
    (issuer) => {
      expect(() => buildConfig('custom', 'firefox', { FXA_ISSUER: issuer, FXA_CLIENT_ID: id })).toThrow(
        /FXA_ISSUER/,
      );
    },
  );

  it('takes scopes from FXA_SCOPES, but never without openid', () => {
    const scopes = 'openid profile:uid profile:email profile:display_name';
    expect(buildConfig('local', 'firefox', { FXA_SCOPES: scopes }).scope).toBe(scopes);
    expect(() => buildConfig('local', 'firefox', { FXA_SCOPES: 'profile' })).toThrow(/openid/);
  });

  it.each(['openid', 'openid profile:email', 'openid profile;x', 'openid profile https://x.example/y#z'])(
    'refuses the scopes "%s", with which nothing would work',
    (scopes) => {
      expect(() => buildConfig('local', 'firefox', { FXA_SCOPES: scopes })).toThrow(/FXA_SCOPES/);
    },
  );

  it('asks for what an untrusted client may have, when it is told to be one', () => {
    expect(buildConfig('stage', 'firefox', { FXA_CLIENT_ID: id, FXA_TRUSTED: 'false' }).scope).toBe(
      'openid profile:uid profile:email profile:display_name',
    );
  });

  it('knows a return page elsewhere only when it is told of one', () => {
    const build = (page?: string) =>
      buildConfig('stage', 'firefox', { FXA_CLIENT_ID: id, FXA_RETURN_PAGE: page });
    expect(build()).not.toHaveProperty('returnPage');
    expect(build('')).not.toHaveProperty('returnPage');
    const page = 'https://companion.example/auth/return';
    expect(build(page)).toEqual({ ...build(), returnPage: page });
  });

  it.each([
    'companion.example/auth/return',
    'http://companion.example/auth/return',
    'https://companion.example/auth/return?to=me',
    'https://companion.example/auth/return#here',
    'https://me@companion.example/auth/return',
    'https://companion.example',
    'https://Companion.example/auth/return',
    `https://companion.example/${'a'.repeat(256)}`,
  ])('refuses the return page %s', (page) => {
    expect(() => buildConfig('local', 'firefox', { FXA_RETURN_PAGE: page })).toThrow(/FXA_RETURN_PAGE/);
  });

  it('adds the scopes of FXA_KEY_SCOPES to the others, and knows which they are', () => {
    const [notes, lockbox] = ['notes', 'lockbox'].map((app) => `https://identity.mozilla.com/apps/${app}`);
    const build = (variables: object) => buildConfig('local', 'firefox', { ...variables });
    expect(build({})).not.toHaveProperty('keyScopes');
    expect(build({ FXA_KEY_SCOPES: `${notes} ${lockbox}` })).toMatchObject({
      scope: `${LOCAL_SCOPE} ${notes} ${lockbox}`,
      keyScopes: [notes, lockbox],
    });
    expect(build({ FXA_KEY_SCOPES: notes, FXA_SCOPES: `openid ${notes} profile` })).toMatchObject({
      scope: `openid ${notes} profile`,
      keyScopes: [notes],
    });
  });

  it.each([
    ['profile', /"profile" is no scope that can have keys/],
    ['http://identity.mozilla.com/apps/notes', /no scope that can have keys/],
    ['https://identity.mozilla.com/apps/notes/', /no scope that can have keys/],
    ['https://identity.mozilla.com/apps/notes#a', /FXA_KEY_SCOPES/],
    ['https://a.example/1 https://a.example/2 https://a.example/3', /room for the keys of two/],
    [`https://a.example/${'a'.repeat(256)}`, /256 characters/],
  ])('refuses the key scopes "%s"', (keyScopes, says) => {
    expect(() => buildConfig('local', 'firefox', { FXA_KEY_SCOPES: keyScopes })).toThrow(says);
  });

  it('refuses keys for a client that may have none', () => {
    const variables = { FXA_KEY_SCOPES: 'https://identity.mozilla.com/apps/notes', FXA_TRUSTED: 'false' };
    expect(() => buildConfig('local', 'firefox', variables)).toThrow(/does not trust/);
  });

  it('takes an empty variable for none', () => {
    const variables = {
      FXA_CLIENT_ID: id,
      FXA_CLIENT_ID_FIREFOX: '',
      FXA_SCOPES: '',
      FXA_STANDIN_ORIGIN: '',
      FXA_RETURN_PAGE: '',
      FXA_KEY_SCOPES: '',
    };
    expect(buildConfig('local', 'firefox', variables)).toMatchObject({
      clientId: id,
      scope: LOCAL_SCOPE,
    });
  });

  it('refuses a mock server that the content security policy cannot name', () => {
    expect(() => buildConfig('local', 'firefox', { FXA_STANDIN_ORIGIN: 'http://[::1]:9720' })).toThrow(
      /127\.0\.0\.1/,
    );
  });

  it('names the environments when it is given none of them', () => {
    expect(() => buildConfig('prod', 'firefox', {})).toThrow(/production, stage, local, custom/);
  });
});
