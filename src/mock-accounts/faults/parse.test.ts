// Parses faults and settings from JSON, with a sentence about what is invalid.
import { describe, expect, it } from 'vitest';
import type { Fault } from './model.ts';
import { parseFaults, parseSettings, parseState } from './parse.ts';
import { PRESETS } from './presets.ts';

const GOOD: readonly Fault[] = [
  { where: 'any', what: { kind: 'drop' }, times: 1, skip: 0, seconds: 60 },
  { where: 'exchange', what: { kind: 'drop-after' } },
  {
    where: 'refresh',
    what: { kind: 'status', status: 429, errno: 114, retryAfter: 60, bodyRetryAfter: 60_000, cors: false },
  },
  { where: 'refresh', what: { kind: 'status', status: 429, bodyRetryAfter: false } },
  { where: 'profile', what: { kind: 'html', status: 403, retryAfter: 1, cors: true } },
  { where: 'jwks', what: { kind: 'truncated', cut: 'json' } },
  { where: 'jwks', what: { kind: 'truncated', cut: 'connection' } },
  { where: 'discovery', what: { kind: 'slow', ms: 100, at: 'body' } },
  { where: 'destroy', what: { kind: 'silence' } },
  { where: 'code', what: { kind: 'not-json', status: 500, cors: false } },
  { where: 'authorization', what: { kind: 'empty' } },
];

describe('parseFaults', () => {
  it('accepts every kind unchanged', () => {
    expect(parseFaults(JSON.parse(JSON.stringify(GOOD)))).toEqual(GOOD);
    const presets = Object.values(PRESETS).flatMap((preset) => ('fault' in preset ? [preset.fault] : []));
    expect(parseFaults(presets)).toEqual(presets);
  });

  it('treats undefined as absent', () => {
    const fault = { where: 'any', what: { kind: 'html', status: undefined }, times: undefined };
    expect(Object.keys(parseFaults([fault])[0] ?? {})).toEqual(['where', 'what']);
  });

  const drop = { kind: 'drop' };
  it.each<[unknown, string]>([
    [{}, 'faults must be a list.'],
    [[null], 'faults[0] must be an object.'],
    [[{ what: drop }], 'faults[0].where is missing; it must be one of any, api,'],
    [[{ where: 'nowhere', what: drop }], 'faults[0].where must be one of any, api,'],
    [[{ where: 'any' }], 'faults[0].what is missing; it must be an object.'],
    [[{ where: 'any', what: 'drop' }], 'faults[0].what must be an object.'],
    [[{ where: 'any', what: {} }], 'faults[0].what.kind must be one of status, html,'],
    [[{ where: 'any', what: { kind: 'toString' } }], 'faults[0].what.kind must be one of'],
    [[{ where: 'any', what: { ...drop, ms: 1 } }], 'faults[0].what has no ms; possible are: none.'],
    [[{ where: 'any', what: drop, time: 1 }], 'faults[0] has no time; possible are: where, what,'],
    [[{ where: 'any', what: drop, constructor: 1 }], 'faults[0] has no constructor;'],
    [[{ where: 'any', what: drop, times: 0 }], 'faults[0].times must be a whole number from 1 to 1000000.'],
    [[GOOD[0], { where: 'any', what: { kind: 'slow' } }], 'faults[1].what.ms is missing;'],
    [
      [{ where: 'any', what: { kind: 'status', status: 200 } }],
      'faults[0].what.status must be a whole number from 400 to 599.',
    ],
    [[{ where: 'any', what: { kind: 'empty', status: 304 } }], 'faults[0].what.status must be'],
    [[{ where: 'any', what: { kind: 'truncated' } }], 'faults[0].what.cut is missing;'],
    [
      [{ where: 'any', what: { kind: 'status', status: 429, bodyRetryAfter: true } }],
      'faults[0].what.bodyRetryAfter must be a whole number from 0 to 31557600000, or false.',
    ],
    [Array(101).fill(GOOD[0]), 'faults may hold 100 at most.'],
  ])('%#: rejects %j with a sentence', (value, sentence) => {
    expect(() => parseFaults(value)).toThrow(
      expect.objectContaining({ name: 'FaultError', message: expect.stringContaining(sentence) as string }),
    );
  });
});

describe('settings and state', () => {
  it('returns the given settings', () => {
    const settings = { clockSkew: -315_576_000, keyRotations: 2 };
    expect(parseSettings(settings)).toEqual(settings);
    expect(parseState({})).toEqual({ faults: [], settings: {} });
    expect(parseState({ faults: GOOD, settings })).toEqual({ faults: GOOD, settings });
  });

  it.each<[unknown, string]>([
    [[], 'The body must be an object.'],
    [{ fault: [] }, 'The body has no fault; possible are: faults, settings.'],
    [{ settings: { clockSkew: '1' } }, 'settings.clockSkew must be a whole number'],
    [{ settings: { hideMetricsEnabled: 1 } }, 'settings.hideMetricsEnabled must be true or false.'],
    [{ settings: { speed: 1 } }, 'settings has no speed;'],
  ])('rejects %j with a sentence', (value, sentence) => {
    expect(() => parseState(value)).toThrow(sentence);
  });
});
