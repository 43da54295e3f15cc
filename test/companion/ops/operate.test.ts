// docs/operate.md and the files of ops/ beside the companion's own settings.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readSettings, SETTING_DEFAULTS } from '../../../src/companion/config.ts';
import { dockerfileSteps } from './dockerfile.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const manual = read('docs/operate.md');
const example = read('.env.example');
/** Read by what sends requests, not by the companion's configuration. */
const OF_PROXIES = ['HTTPS_PROXY', 'NO_PROXY'];

describe('the table of settings', () => {
  const rows = [...manual.matchAll(/^\| `([A-Z_]+)` +\| .+? +\| (.+?) +\|$/gm)].map(
    ([, name = '', value = '']) => ({ name, value }),
  );

  it('has every setting of the companion, and no other', () => {
    const all = [...Object.keys(SETTING_DEFAULTS), ...OF_PROXIES];
    expect(rows.map(({ name }) => name).toSorted()).toEqual(all.toSorted());
  });

  it('says the default that each has, and which are required', () => {
    let faults: readonly string[] = [];
    try {
      readSettings({});
    } catch (error) {
      if (error instanceof ConfigError) faults = error.faults;
    }
    const required = (name: string) => faults.some((fault) => fault.startsWith(`${name} is missing`));
    const expected = rows.map(({ name, value }) => {
      const fallback = SETTING_DEFAULTS[name];
      if (required(name)) return 'required';
      return typeof fallback === 'string' && fallback !== '' ? `\`${fallback}\`` : value.replaceAll('`', '');
    });
    expect(expected.filter((value) => value === 'required').length).toBeGreaterThan(3);
    expect(rows.map(({ value }) => value)).toEqual(expected);
  });

  it('agrees with .env.example', () => {
    for (const { name } of rows) {
      const given = new RegExp(`^(?:# )?${name}=(.*)$`, 'm').exec(example)?.[1];
      expect([name, given]).not.toEqual([name, undefined]);
      if (SETTING_DEFAULTS[name]) expect([name, given]).toEqual([name, SETTING_DEFAULTS[name]]);
    }
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

it.skipIf(!hasSystemd)('systemd accepts the unit, and finds little to harden', () => {
  const folder = mkdtempSync(join(tmpdir(), 'companion-unit-'));
  try {
    const unit = join(folder, 'companion.service');
    writeFileSync(unit, read('ops/companion.service').replace('/usr/bin/node', process.execPath));
    const analyze = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
      return { status, output: stdout + stderr };
    };
    expect(analyze('verify', '--man=no', unit)).toEqual({ status: 0, output: '' });
    const { output } = analyze('security', '--offline=true', '--no-pager', unit);
    const exposure = /exposure level for companion\.service: ([\d.]+)/.exec(output)?.[1];
    expect(Number(exposure)).toBeLessThan(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('the image gets nothing but what its build copies, and neither runs as root', () => {
  const steps = dockerfileSteps('ops/Dockerfile');
  const copied = steps
    .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from='))
    .flatMap(({ text }) => text.split(' ').slice(0, -1));
  const ignored = read('ops/Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(ignored[0]).toBe('*');
  expect(ignored.slice(1).toSorted()).toEqual(copied.map((path) => `!${path}`).toSorted());
  expect(steps.findLast(({ name }) => name === 'USER')?.text).toBe('node');
});

it('the compose file sets only known settings, and says which variables it needs', () => {
  const compose = read('ops/compose.yaml');
  const [, companion = ''] = /^ {2}companion:\n([^]*?)^ {2}database:/m.exec(compose) ?? [];
  const set = [...companion.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name = '']) => name);
  expect(set).toContain('COMPANION_TRUSTED_PROXIES');
  expect(set.filter((name) => !(name in SETTING_DEFAULTS))).toEqual([]);
  const comment = compose.slice(0, compose.indexOf('name:'));
  const needed = [...compose.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
  expect(needed.filter((name) => !comment.includes(name))).toEqual([]);
  expect(comment).toContain(set.slice(0, 3).join(', '));
});
