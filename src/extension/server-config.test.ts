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
  it('takes a server, with or without a companion, and nothing beside it', () => {
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
    // The content security policy cannot name these.
    { ...choice, issuer: 'http://127.0.0.2:9720' },
    { ...choice, issuer: 'http://[::1]:9720' },
    { ...choice, clientId: 7 },
    { ...choice, clientId: '0123456789abcde' },
    { ...choice, clientId: '0123456789abcdeg' },
    { ...choice, companion: '' },
    { ...choice, companion: null },
    { ...choice, companion: 'http://companion.example' },
  ])('refuses %j', (value) => {
    expect(parseServerConfig(value)).toBeUndefined();
  });
});

describe('chosen', () => {
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

  it('leaves a production build as it is, whatever lies in storage', () => {
    const production: BuildConfig = { ...build, environment: 'production' };
    expect(applyServer(production, choice)).toBe(production);
  });

  it('turns to a server that is still to be discovered, and keeps what no server decides', () => {
    expect(applyServer(build, choice)).toEqual({
      environment: 'custom',
      issuer: choice.issuer,
      clientId: choice.clientId,
      scope: 'openid profile',
      companion: { origin: choice.companion, every: 300 },
    });
  });

  it.each(['production', 'stage'] as const)('knows the endpoints of %s', (environment) => {
    const known = knownEndpoints(environment);
    expect(applyServer(build, { ...alone, issuer: known.issuer })).toEqual({
      environment,
      issuer: known.issuer,
      clientId: alone.clientId,
      scope: 'openid profile',
      endpoints: known,
    });
  });

  it('keeps what it knows of its own server, where only the client or the companion is another', () => {
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

  it('asks a companion the build knows nothing of every minute', () => {
    const { companion: _, ...lonely } = build;
    expect(applyServer(lonely, choice).companion).toEqual({ origin: choice.companion, every: 60 });
  });
});
