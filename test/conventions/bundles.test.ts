// What must not be in the built files, by name: a leak is reported as what it is, not as "3 kB too large".
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildExtension, BROWSERS } from '../../scripts/build.ts';
import { backgroundFiles, popupFiles } from '../../scripts/sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
const contents = (files: readonly string[]) => files.map((file) => readFileSync(file, 'utf8')).join('\n');
const variables = { FXA_CLIENT_ID: '0123456789abcdef' };

const JWE = /ECDH-ES|A256GCM|PBES2|deriveBits/;

/** What each bundle must not hold, and how it would show. */
const FORBIDDEN = {
  popup: {
    'refresh tokens': /refresh_?token/i,
    'code verifiers': /code_?verifier/i,
    'authorization codes': /authorization_code/,
    jose: /JWKS|ERR_JW|CompactSign/,
    oauth4webapi: /OAUTH_|allowInsecureRequests/,
    'access to tokens in storage': /storage\.session/,
    endpoints: /\/v1\/(?:token|profile|destroy)/,
  },
  background: {
    preact: /__H\b|createElementNS|preact/,
    'a document': /\bdocument\.(?:body|createElement)/,
    'a client secret': /client_secret(?!_)/,
    'HTML written into a page': /innerHTML/,
    // Only a build that asks for scoped keys has it.
    JWE,
  },
  both: {
    'webextension-polyfill': /__mozWebExtensionPolyfillReject__|browser-polyfill/,
    'the stand-in': /127\.0\.0\.1|correct horse|standin/i,
    eval: /\beval\(|new Function\(/,
    'HTML written into a page': /\.innerHTML\s*=/,
  },
};

beforeAll(async () => {
  for (const browser of BROWSERS) {
    await buildExtension({ browser, environment: 'production', outDir: join(folder, browser), variables });
  }
  const withKeys = { ...variables, FXA_KEY_SCOPES: 'https://identity.mozilla.com/apps/notes' };
  const outDir = join(folder, 'keys');
  await buildExtension({ browser: 'firefox', environment: 'production', outDir, variables: withKeys });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(BROWSERS)('the production build for %s', (browser) => {
  const outDir = join(folder, browser);

  it.each(Object.entries({ ...FORBIDDEN.popup, ...FORBIDDEN.both }))(
    'has no %s in the popup',
    (_name, pattern) => {
      expect(contents(popupFiles(outDir))).not.toMatch(pattern);
    },
  );

  it.each(Object.entries({ ...FORBIDDEN.background, ...FORBIDDEN.both }))(
    'has no %s in the background',
    (_name, pattern) => {
      expect(contents(backgroundFiles(outDir))).not.toMatch(pattern);
    },
  );

  it('is what is looked at: popup and background hold what they must', () => {
    expect(contents(popupFiles(outDir))).toContain('lookForNews');
    expect(contents(backgroundFiles(outDir))).toMatch(/refresh_token[^]*code_verifier/);
    expect(contents(backgroundFiles(outDir))).toContain('0123456789abcdef');
  });
});

describe('a build that asks for scoped keys', () => {
  const outDir = join(folder, 'keys');

  it('can open them in the background, and nowhere else', () => {
    expect(contents(backgroundFiles(outDir))).toMatch(JWE);
    expect(contents(popupFiles(outDir))).not.toMatch(JWE);
  });
});
