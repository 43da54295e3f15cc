import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from './policy.ts';

const NONE = { sessionOnly: false, metricsOff: false };

describe('parsePolicy', () => {
  it('reads every setting of the policy', () => {
    const set = { sessionOnly: true, metricsOff: true, emailDomain: 'mail.example.org' };
    expect(parsePolicy(set)).toEqual(set);
    expect(parsePolicy({ metricsOff: true })).toEqual({ sessionOnly: false, metricsOff: true });
  });

  it.each([undefined, null, {}, [], 'sessionOnly', 7, true])('treats %j as no policy', (value) => {
    expect(parsePolicy(value)).toEqual(NONE);
  });

  it('ignores unknown settings and values of the wrong type', () => {
    const odd = { sessionOnly: 'true', metricsOff: 1, emailDomain: ['example.org'], clientId: 'x' };
    expect(parsePolicy(odd)).toEqual(NONE);
    expect(parsePolicy({ sessionOnly: true, metricsOff: null, emailDomain: 7 })).toEqual({
      sessionOnly: true,
      metricsOff: false,
    });
  });

  it.each([
    ['EXAMPLE.org', 'example.org'],
    ['a.b', 'a.b'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('takes %s for a domain', (emailDomain, read) => {
    expect(parsePolicy({ emailDomain })).toEqual({ ...NONE, emailDomain: read });
  });

  it.each([
    '',
    'example',
    '@example.org',
    'ada@example.org',
    ' example.org',
    'example.org.',
    'example..org',
    '-example.org',
    'example-.org',
    'https://example.org',
    'exa mple.org',
    'bücher.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
  ])('does not take "%s" for one', (emailDomain) => {
    expect(parsePolicy({ emailDomain })).toEqual(NONE);
  });
});

describe('the policy schema for Chromium', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../public/managed-schema.json', import.meta.url), 'utf8'),
  ) as { type: string; properties: Record<string, { type: string; title: string; description: string }> };

  it('has the same settings with the same types', () => {
    const read = parsePolicy({ sessionOnly: true, metricsOff: true, emailDomain: 'example.org' });
    const types = (members: object) =>
      Object.fromEntries(Object.entries(members).map(([name, value]) => [name, typeof value]));
    const declared = Object.entries(schema.properties).map(([name, { type }]) => [name, type]);
    expect(Object.fromEntries(declared)).toEqual(types(read));
  });

  it('uses only types Chromium accepts, and describes every setting', () => {
    expect(Object.keys(schema).sort()).toEqual(['properties', 'type']);
    expect(schema.type).toBe('object');
    for (const { title, description } of Object.values(schema.properties)) {
      expect(title).toMatch(/\w/);
      expect(description).toMatch(/\.$/);
    }
  });
});
