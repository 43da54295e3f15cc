import { describe, expect, it } from 'vitest';
import { collapse, covers, scopeValues, uncovered, without } from './scope-set.ts';

describe('scope strings', () => {
  it('are split at any space and refused when a value is no scope', () => {
    expect(scopeValues(' openid   profile ')).toEqual(['openid', 'profile']);
    expect(scopeValues('')).toEqual([]);
    expect(scopeValues('pro"file')).toBeUndefined();
  });

  it('are collapsed by implication', () => {
    expect(collapse('profile profile:email openid')).toBe('profile openid');
    expect(collapse('profile:email openid profile')).toBe('openid profile');
    expect(collapse('profile:write profile')).toBe('profile:write');
  });

  it('are compared by implication', () => {
    expect(covers('profile', 'profile:email')).toBe(true);
    expect(covers('profile', 'openid')).toBe(false);
    expect(uncovered('profile clients:write', 'profile openid')).toEqual(['clients:write']);
    expect(without('profile openid', 'openid')).toBe('profile');
  });
});
