import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SCOPES,
  UNTRUSTED_SCOPES,
  collapseScopes,
  grantedCovers,
  implies,
  isValidScope,
  parseScopes,
} from './scopes.ts';

const OLDSYNC = 'https://identity.mozilla.com/apps/oldsync';

describe('isValidScope', () => {
  it.each([
    ...DEFAULT_SCOPES,
    ...UNTRUSTED_SCOPES,
    'profile:email:write',
    'a:write:b',
    'under_score',
    OLDSYNC,
    `${OLDSYNC}/bookmarks`,
    `${OLDSYNC}#read`,
    'https://identity.mozilla.com:8443/x',
  ])('accepts %s', (scope) => {
    expect(isValidScope(scope)).toBe(true);
  });

  it.each([
    '',
    'write',
    ':profile',
    'profile:',
    'profile::email',
    'pro file',
    'profile"',
    'pro\\file',
    'profilé',
    'profile-email',
    'http://identity.mozilla.com/apps/oldsync',
    'https://identity.mozilla.com',
    'https://identity.mozilla.com/',
    'https://identity.mozilla.com/apps/',
    'https://identity.mozilla.com/apps/../oldsync',
    'https://identity.mozilla.com:443/apps',
    'https://IDENTITY.mozilla.com/apps',
    'https://me:secret@identity.mozilla.com/apps',
    'https://identity.mozilla.com/apps?x=1',
    'https://identity.mozilla.com/apps?',
    'https://identity.mozilla.com/apps#',
    'https://identity.mozilla.com/apps#a-b',
    'https:identity.mozilla.com/apps',
    Array.from({ length: 33 }, () => 'a').join(':'),
  ])('rejects %s', (scope) => {
    expect(isValidScope(scope)).toBe(false);
  });
});

describe('implies', () => {
  it.each([
    ['profile', 'profile:email'],
    ['profile:email', 'profile:email'],
    ['profile:write', 'profile:avatar:write'],
    ['profile:write', 'profile'],
    ['profile:write', 'profile:email'],
    ['profile:email:write', 'profile:email'],
    [OLDSYNC, `${OLDSYNC}/bookmarks`],
    [OLDSYNC, `${OLDSYNC}#read`],
    [OLDSYNC, `${OLDSYNC}/bookmarks#read`],
    [`${OLDSYNC}#read`, `${OLDSYNC}/bookmarks#read`],
    ['no scope at all!', 'no scope at all!'],
  ])('%s implies %s', (granted, requested) => {
    expect(implies(granted, requested)).toBe(true);
  });

  it.each([
    ['profile', 'openid'],
    ['profile', 'email'],
    ['email', 'profile:email'],
    ['profile:email', 'profile'],
    ['profile', 'profile:write'],
    ['profile', 'profile:email:write'],
    ['profile:email', 'profile:email:write'],
    ['profile:email:write', 'profile:display_name:write'],
    ['pro', 'profile'],
    [`${OLDSYNC}#read`, OLDSYNC],
    [`${OLDSYNC}#read`, `${OLDSYNC}#write`],
    [`${OLDSYNC}#read`, `${OLDSYNC}/bookmarks`],
    [OLDSYNC, `${OLDSYNC}er`],
    [OLDSYNC, 'https://identity.mozilla.com/apps'],
    [OLDSYNC, 'https://identity.mozilla.com:8443/apps/oldsync'],
    [OLDSYNC, 'profile'],
    ['', 'profile'],
  ])('%s does not imply %s', (granted, requested) => {
    expect(implies(granted, requested)).toBe(false);
  });
});

describe('lists', () => {
  it('are split at spaces, each scope once', () => {
    expect(parseScopes('  profile openid  profile ')).toEqual(['profile', 'openid']);
    expect(parseScopes('')).toEqual([]);
  });

  it('are covered by implication, in any order', () => {
    expect(grantedCovers('profile openid', 'openid profile:uid profile:email')).toBe(true);
    expect(grantedCovers('profile', 'openid profile')).toBe(false);
    expect(grantedCovers('', '')).toBe(true);
    expect(grantedCovers('', 'profile')).toBe(false);
  });

  it('collapse as FxA collapses them', () => {
    expect(collapseScopes(['profile:email', 'profile', 'openid', 'profile'])).toEqual(['profile', 'openid']);
    expect(collapseScopes(['profile', 'profile:write'])).toEqual(['profile:write']);
  });
});

// A small alphabet, so that related scopes meet often.
const component = fc.constantFrom('a', 'b', 'write');
const short = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':'));
const path = fc
  .array(fc.constantFrom('x', 'y'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const url = fc
  .tuple(path, fc.constantFrom('', '#r', '#s'))
  .map(([steps, hash]) => `https://h.example/${steps}${hash}`);
const scope = fc.oneof(short, url).filter(isValidScope);
const scopes = fc.array(scope, { maxLength: 6 });

describe('for any scopes', () => {
  it('implication is reflexive', () => {
    fc.assert(fc.property(scope, (a) => implies(a, a)));
  });

  it('implication is transitive', () => {
    fc.assert(
      fc.property(scope, scope, scope, (a, b, c) => !(implies(a, b) && implies(b, c)) || implies(a, c)),
      { numRuns: 5000 },
    );
  });

  it('two different scopes never imply each other', () => {
    fc.assert(
      fc.property(scope, scope, (a, b) => a === b || !(implies(a, b) && implies(b, a))),
      { numRuns: 2000 },
    );
  });

  it('a collapsed list covers the same, and cannot be collapsed further', () => {
    fc.assert(
      fc.property(scopes, scopes, (list, requested) => {
        const collapsed = collapseScopes(list);
        const same =
          grantedCovers(list.join(' '), requested.join(' ')) ===
          grantedCovers(collapsed.join(' '), requested.join(' '));
        return (
          same &&
          grantedCovers(collapsed.join(' '), list.join(' ')) &&
          collapseScopes(collapsed).length === collapsed.length
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('read scopes never imply a scope to write', () => {
    fc.assert(
      fc.property(
        short,
        short,
        (a, b) => a.endsWith(':write') || !b.endsWith(':write') || !implies(a, b) || a === b,
      ),
      { numRuns: 2000 },
    );
  });
});
