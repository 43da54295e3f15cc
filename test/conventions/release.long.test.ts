// What goes to the stores: an archive they take, under ids and a version of one's own.
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyTree } from './copied-tree.ts';
import { zipEntries } from './zip-entry.ts';

const EXAMPLE_ID = 'mozilla-account-sign-in@fxa-extension.example';
let tree: ReturnType<typeof copyTree>;

const run = (script: string, ...args: string[]) => {
  const command = ['--import', 'tsx', `scripts/${script}.ts`, ...args];
  const env = { ...process.env, FXA_CLIENT_ID: '0123456789abcdef' };
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: tree.root,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const manifestKey = (key: string) =>
  (JSON.parse(readFileSync('manifest.json', 'utf8')) as Record<string, string>)[key];

beforeAll(() => {
  tree = copyTree();
});
afterAll(() => tree.remove());

/** Far above need: each builds, in a process of its own. */
const SLOW = 600_000;

describe('a production build', { timeout: SLOW }, () => {
  it("is refused under an example's id, before anything is built", () => {
    const { status, stderr } = run('build/build', '--env', 'production');
    expect(status).toBe(1);
    expect(stderr).toContain(`gecko.id in manifest.json is "${EXAMPLE_ID}"`);
    expect(existsSync(join(tree.root, 'dist'))).toBe(false);
  });

  it('is refused with a version that is made up', () => {
    tree.edit('manifest.json', EXAMPLE_ID, 'notes@mozilla.com');
    tree.edit('package.json', '"version": "', '"version": "1.0.0-beta.1", "was": "');
    const { status, stderr } = run('build/build', '--env', 'production');
    expect(status).toBe(1);
    expect(stderr).toContain('The version in package.json is "1.0.0-beta.1"');
    tree.edit('package.json', '"version": "1.0.0-beta.1", "was": "', '"version": "');
  });

  it('has no key in the archive for the store, and has it unpacked, for a stable id', () => {
    expect(run('build/build', '--env', 'production')).toMatchObject({ status: 0, stderr: '' });
    const unpacked = JSON.parse(
      readFileSync(join(tree.root, 'dist/chromium/manifest.json'), 'utf8'),
    ) as object;
    expect(unpacked).toHaveProperty('key', manifestKey('key'));
    for (const browser of ['firefox', 'chromium']) {
      const entries = zipEntries(join(tree.root, `dist/${browser}.zip`));
      const packed = JSON.parse(entries.get('manifest.json')?.toString() ?? '') as Record<string, unknown>;
      expect(packed).not.toHaveProperty('key');
      expect(packed).toHaveProperty('version');
      expect([...entries.keys()]).toContain('_locales/en/messages.json');
    }
  });
});

describe('npm run redirect-uris', { timeout: SLOW }, () => {
  const STEPS = 'Upload dist/chromium.zip to the Chrome Web Store as a draft';

  it("says which URIs are not to be registered: those of an example's ids", () => {
    const { stdout } = run('run/redirect-uris');
    expect(stdout).not.toContain('Not the URI to register for Firefox');
    expect(stdout).toContain('Not the URI to register for Chromium');
    expect(stdout).toContain(STEPS);
  });

  it("gives the URI of the store's item once its public key is in the manifest", () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = publicKey.export({ format: 'der', type: 'spki' });
    tree.edit('manifest.json', manifestKey('key') ?? '', key.toString('base64'));
    const { stdout } = run('run/redirect-uris');
    const digits = createHash('sha256').update(key).digest('hex').slice(0, 32);
    const id = digits.replace(/./g, (digit) => 'abcdefghijklmnop'.charAt(Number.parseInt(digit, 16)));
    expect(stdout).toContain(`chromium  https://${id}.chromiumapp.org/`);
    expect(stdout).not.toContain('Not the URI');
  });
});
