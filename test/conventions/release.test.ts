// The ids and versions that the stores take.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { geckoIdFault, keyFault, versionFault } from '../../scripts/build/release.ts';

const EXAMPLE_ID = 'mozilla-account-sign-in@fxa-extension.example';

describe('a version', () => {
  it.each(['1', '1.0', '0.1.0', '1.2.3.4', '65535.65535.65535.65535', '0.0.0.1'])('may be %s', (version) => {
    expect(versionFault(version)).toBeUndefined();
  });

  it.each([
    '1.0.0-beta.1',
    '1.0.0+build',
    'v1.0.0',
    '',
    '1.',
    '1..0',
    '01.0',
    '1.2.3.4.5',
    '65536',
    '0.0.0',
    ' 1.0',
    '1.0\n',
    undefined,
    1,
  ])('may not be %j', (version) => {
    expect(versionFault(version)).toContain('one to four numbers');
  });
});

describe('an id for Firefox', () => {
  it.each(['notes@mozilla.com', '@product', '{3c6bf0cc-3ae2-42fb-9993-0d33104fdcaf}'])('may be %s', (id) => {
    expect(geckoIdFault(id)).toBeUndefined();
  });

  it.each([EXAMPLE_ID, 'me@example.com', 'me@sub.example.org', 'me@somewhere.invalid', 'no id', '{1234}'])(
    'may not be %s',
    (id) => {
      expect(geckoIdFault(id)).toBeDefined();
    },
  );
});

describe('a key for Chromium', () => {
  it('is a public key in one line, not what stands around it', () => {
    const { key } = JSON.parse(readFileSync('manifest.json', 'utf8')) as { key: string };
    expect(keyFault(key)).toBeUndefined();
    for (const wrong of [
      '',
      'abc',
      `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`,
      key.slice(0, 64),
    ])
      expect(keyFault(wrong)).toContain('not a public key');
  });
});
