// Signing out, online and offline.
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { expect } from 'vitest';

import { ADA } from './accounts.ts';
import { makeRevocationsDue, readRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

inBothBrowsers('signing out', (it) => {
  it('kills the grant and the known access token at the server', async ({ browser, mock }) => {
    const popup = await signInAs(browser, ADA);
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(mock.store.liveAccessTokens()).not.toHaveLength(0);

    await popup.press('Sign out of this extension');
    await popup.waitForStatus('signedOut');
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    await expect.poll(() => mock.store.liveAccessTokens().length).toBe(0);
    expect((await popup.view()).text).not.toContain(ADA.email);
    expect(JSON.stringify(await browser.readStorage('local'))).not.toContain(ADA.email);
  });

  it('works offline, and an alarm ends the grant', async ({ browser, mock }) => {
    const popup = await signInAs(browser, ADA);
    await mock.switchOff();
    await popup.press(words('signOut'));
    await popup.waitForStatus('signedOut');
    await popup.waitForText(words('pendingRevocations_one'));
    expect(await unknownGrants(browser, mock)).toBe(0);
    await expect.poll(() => browser.alarms()).toContain(ALARMS.outbox);

    // Before the server is back: every background that begins revokes what is due.
    await browser.killBackground();
    expect(mock.store.liveGrants()).toHaveLength(1);
    await mock.switchOn();
    await makeRevocationsDue(browser);
    await browser.ring(ALARMS.outbox);
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    await expect.poll(() => mock.store.liveAccessTokens().length).toBe(0);
    await expect.poll(async () => (await popup.view()).text).not.toContain(words('pendingRevocations_one'));
    await expect.poll(async () => (await readRecord(browser))?.outbox).toEqual([]);
  });
});
