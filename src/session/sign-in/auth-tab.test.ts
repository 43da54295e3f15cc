import { beforeEach, describe, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import { createAuthTabs, isReturn, type AuthTabs } from './auth-tab.ts';

const page = 'https://companion.example/auth/return';

it.each([
  [page, true],
  [`${page}?code=1&state=2`, true],
  [`${page}#x`, true],
  ['https://companion.example/auth/return/', false],
  ['https://companion.example/auth/returns?code=1', false],
  ['https://companion.example.evil.example/auth/return', false],
  ['http://companion.example/auth/return', false],
  ['https://companion.example:444/auth/return', false],
  ['https://user@companion.example/auth/return', true],
  ['about:blank', false],
  ['', false],
])('%s', (url, back) => {
  expect(isReturn(url, page)).toBe(back);
});

describe('the tab of an attempt', () => {
  let now: number;
  let host: Host;
  let tabs: AuthTabs;
  beforeEach(() => {
    now = 1_000_000;
    const simulatedUser = () => new Promise<string>(() => undefined);
    host = createHost({ simulatedUser, now: () => now });
    tabs = createAuthTabs(host.start().ports);
  });

  const secrets = { id: 'a1', redirectUri: page, state: 's', codeVerifier: 'v' };
  const { signal } = new AbortController();
  const open = async () => {
    await tabs.open('https://accounts.example/', secrets, signal);
    return [...host.tabs.keys()][0] ?? 0;
  };

  it('has its attempt on the return page alone', async () => {
    const tabId = await open();
    expect(await tabs.at(tabId, `${page}?code=1`)).toEqual({ ...secrets, tabId });
    expect(await tabs.at(tabId, undefined)).toBeUndefined();
    expect(await tabs.at(tabId, 'https://accounts.example/')).toBeUndefined();
    expect(await tabs.at(tabId + 1, page)).toBeUndefined();
  });

  it('has no attempt where none runs', async () => {
    expect(await tabs.at(7, page)).toBeUndefined();
    expect(await tabs.show()).toBe(false);
    await tabs.dismiss();
  });

  it('isn’t closed before it is known', async () => {
    const calls: string[] = [];
    host.memory.set('tabAttempt', secrets);
    host.onCall = (_when, call) => calls.push(call);
    await tabs.dismiss();
    expect(await tabs.pending()).toBeUndefined();
    expect(calls).not.toContain('authTab.close');
  });

  it('gives its attempt once, by id', async () => {
    const tabId = await open();
    expect(await tabs.take('a2')).toBeUndefined();
    expect(await tabs.take('a1')).toEqual({ ...secrets, tabId });
    expect(await tabs.take('a1')).toBeUndefined();
    expect(host.tabs.size).toBe(1);
  });

  it('is shown, and closed with its attempt', async () => {
    const tabId = await open();
    expect(await tabs.show()).toBe(true);
    expect(host.focusedTabs).toEqual([tabId]);
    await tabs.dismiss();
    expect(host.tabs.size).toBe(0);
    expect(await tabs.pending()).toBeUndefined();
  });

  it.each(['before its attempt is stored', 'while the tab opens'])('is left to no one: %s', async (when) => {
    const cancel = new AbortController();
    host.onCall = (way, call) => {
      if (when === 'while the tab opens') {
        if (way === 'before' && call === 'authTab.open') host.memory.delete('tabAttempt');
      } else if (way === 'after' && call === 'memory.set tabAttempt') cancel.abort();
    };
    await tabs.open('https://accounts.example/', secrets, cancel.signal).catch(() => undefined);
    expect(host.tabs.size).toBe(0);
    expect(await tabs.pending()).toBeUndefined();
  });

  it('waits two minutes for its permission', async () => {
    expect(await tabs.getPendingSignIn()).toBeUndefined();
    const wish = { since: now, email: 'ada@example.com' };
    await tabs.setPendingSignIn(wish.email);
    now += 119_999;
    expect(await tabs.getPendingSignIn()).toEqual(wish);
    now += 1;
    expect(await tabs.getPendingSignIn()).toBeUndefined();
    now = wish.since;
    expect(await tabs.getPendingSignIn()).toBeUndefined();
    await tabs.setPendingSignIn(undefined);
    await tabs.clearPendingSignIn();
    expect(await tabs.getPendingSignIn()).toBeUndefined();
  });
});
