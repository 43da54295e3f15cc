import { describe, expect, it } from 'vitest';
import { knownEndpoints, mockServerEndpoints } from '../fxa/environments.ts';
import { applyServer, parseServerConfig } from './server-config.ts';
import type { BuildConfig } from './config.ts';

const choice = {
  issuer: 'https://accounts.example',
  clientId: '0123456789abcdef',
  companion: 'http://localhost:9721',
};
const { companion: _, ...alone } = choice;

describe('parseServerConfig', () => {
  it('reads a server with or without a companion, and drops other members', () => {
    expect(parseServerConfig({ ...choice, more: 1 })).toEqual(choice);
    expect(parseServerConfig({ ...choice, companion: undefined })).toEqual(alone);
  });

  it.each([
    undefined,
    null,
    'https://accounts.example',
    [],
    {},
    { ...choice, issuer: undefined },
    { ...choice, issuer: 'accounts.example' },
    { ...choice, issuer: 'http://accounts.example' },
    { ...choice, issuer: 'https://accounts.example/' },
    { ...choice, issuer: 'https://accounts.example/path' },
    { ...choice, issuer: 'https://me@accounts.example' },
    // A content security policy cannot contain these.
    { ...choice, issuer: 'http://127.0.0.2:9720' },
    { ...choice, issuer: 'http://[::1]:9720' },
    { ...choice, clientId: 7 },
    { ...choice, clientId: '0123456789abcde' },
    { ...choice, clientId: '0123456789abcdeg' },
    { ...choice, companion: '' },
    { ...choice, companion: null },
    { ...choice, companion: 'http://companion.example' },
  ])('rejects %j', (value) => {
    expect(parseServerConfig(value)).toBeUndefined();
  });
});

describe('applyServer', () => {
  const endpoints = mockServerEndpoints('http://127.0.0.1:9720');
  const build: BuildConfig = {
    environment: 'local',
    issuer: endpoints.issuer,
    clientId: 'f1f0f1f0f1f00001',
    scope: 'openid profile',
    endpoints,
    returnPage: 'http://127.0.0.1:9721/auth/return',
    companion: { origin: 'http://127.0.0.1:9721', every: 300 },
  };

  it.each([undefined, null, 'broken', { ...choice, clientId: '' }])(
    'leaves the build as it is for %j',
    (stored) => {
      expect(applyServer(build, stored)).toBe(build);
    },
  );

  it('leaves a production build unchanged', () => {
    const production: BuildConfig = { ...build, environment: 'production' };
    expect(applyServer(production, choice)).toBe(production);
  });

  it('switches to a server that must be discovered, and keeps settings that do not depend on the server', () => {
    expect(applyServer(build, choice)).toEqual({
      environment: 'custom',
      issuer: choice.issuer,
      clientId: choice.clientId,
      scope: 'openid profile',
      companion: { origin: choice.companion, every: 300 },
    });
  });

  it.each(['production', 'stage'] as const)('uses the known endpoints of %s', (environment) => {
    const known = knownEndpoints(environment);
    expect(applyServer(build, { ...alone, issuer: known.issuer })).toEqual({
      environment,
      issuer: known.issuer,
      clientId: alone.clientId,
      scope: 'openid profile',
      endpoints: known,
    });
  });

  it('keeps the built-in endpoints when only the client or the companion differs', () => {
    const { returnPage: _, ...registered } = build;
    const companion = { origin: choice.companion, every: 300 };
    const { clientId } = choice;
    expect(applyServer(build, { ...choice, issuer: build.issuer })).toEqual({
      ...registered,
      clientId,
      companion,
    });
    const mine = { issuer: build.issuer, clientId: build.clientId };
    expect(applyServer(build, { ...choice, ...mine })).toEqual({ ...build, companion });
    expect(applyServer(build, { ...mine, companion: build.companion?.origin })).toEqual(build);
  });

  it('polls an unknown companion every minute', () => {
    const { companion: _, ...lonely } = build;
    expect(applyServer(lonely, choice).companion).toEqual({ origin: choice.companion, every: 60 });
  });
});
