// Which fault applies to a request, and its state after that.
import { describe, expect, it } from 'vitest';
import { type ActiveFault, type CallName, type Fault, isSpent, take } from './model.ts';

const active = (...faults: readonly Partial<Fault>[]): ActiveFault[] =>
  faults.map((fault, index) => ({
    id: index + 1,
    fault: { where: 'any', what: { kind: 'drop' }, ...fault },
    hits: 0,
    passed: 0,
    since: 0,
  }));

/** The id of the fault that applies to each request in turn. */
function run(entries: readonly ActiveFault[], requests: readonly (readonly CallName[])[], now = 0) {
  let left = entries;
  return requests.map((calls) => {
    const { matched, active: after } = take(left, calls, now);
    left = after;
    return matched?.id;
  });
}

const refresh: CallName[] = ['any', 'api', 'token', 'refresh'];
const profile: CallName[] = ['any', 'api', 'profile'];

describe('take', () => {
  it('applies the first fault that matches a name', () => {
    const faults = active({ where: 'refresh' }, { where: 'api' }, { where: 'any' });
    expect(run(faults, [profile, refresh, ['any'], []])).toEqual([2, 1, 3, undefined]);
  });

  it('applies at most `times` times, then leaves requests to the next fault', () => {
    expect(run(active({ times: 2 }, { where: 'refresh' }), [refresh, refresh, refresh, profile])).toEqual([
      1,
      1,
      2,
      undefined,
    ]);
  });

  it('skips matching requests first', () => {
    const faults = active({ where: 'refresh', skip: 2, times: 1 });
    expect(run(faults, [refresh, profile, refresh, refresh, refresh])).toEqual([
      undefined,
      undefined,
      undefined,
      1,
      undefined,
    ]);
  });

  it('expires after its seconds', () => {
    const faults = active({ seconds: 60 });
    expect(run(faults, [profile], 59_999)).toEqual([1]);
    expect(run(faults, [profile], 60_000)).toEqual([undefined]);
    expect(faults.map((entry) => isSpent(entry, 60_000))).toEqual([true]);
  });

  it('does not mutate its input', () => {
    const faults = Object.freeze(active({ times: 1 }).map((entry) => Object.freeze(entry)));
    expect(take(faults, profile, 0).matched?.hits).toBe(1);
    expect(faults[0]?.hits).toBe(0);
  });
});
