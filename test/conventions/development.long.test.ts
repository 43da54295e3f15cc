// What `npm run dev` builds: readable, and followed whatever is edited.
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backgroundFiles } from '../../scripts/build/sizes.ts';
import { copyTree } from './copied-tree.ts';

/** Far above need: it builds four times. */
const SLOW = 600_000;

const SCRIPT = `
import { follow } from './scripts/build/follow.ts';
const follower = follow({ browser: 'firefox', environment: 'local', outDir: './dev', variables: {} });
follower.onBuilt = () => console.log('built');
follower.ready.then(() => console.log('built'));
`;

const tree = copyTree();
const outDir = join(tree.root, 'dev');
let child: ChildProcess;
let output = '';

beforeAll(() => {
  child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', SCRIPT], {
    cwd: tree.root,
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
});
afterAll(async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  tree.remove();
});

const built = (file: string) => {
  try {
    return readFileSync(join(outDir, file), 'utf8');
  } catch {
    return '';
  }
};
const builds = () => output.split('\n').filter((line) => line === 'built').length;

/** Edits a source, and waits until it is built and all watchers watch again: they miss an edit while they begin. */
const edit = async (source: string, from: string, to: string) => {
  const file = source.replace('public/', '');
  const before = builds();
  tree.edit(source, from, to);
  await expect
    .poll(() => built(file) + (built(file).includes(to) ? '' : output), { timeout: SLOW / 4 })
    .toContain(to);
  await expect.poll(builds, { timeout: SLOW / 4 }).toBeGreaterThan(before);
};

it(
  'is readable, has source maps, and follows edits of words, of the manifest and of sources',
  { timeout: SLOW },
  async () => {
    await expect.poll(builds, { timeout: SLOW / 4 }).toBe(1);
    const background = backgroundFiles(outDir)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    expect(background).toContain('function createSession(');
    expect(
      readdirSync(outDir, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.js.map')),
    ).toBe(true);

    await edit('public/_locales/de/messages.json', '"Abbrechen"', '"Doch nicht"');
    await edit('manifest.json', '"Alt+Shift+U"', '"Alt+Shift+Y"');
    await edit('src/extension/pages/popup/index.html', '<body', '<body data-edited');
  },
);
