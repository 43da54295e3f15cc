// What a browser keeps of a grant.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { readRecord } from './storage-probe.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

inBothBrowsers('what the browser keeps', (it) => {
  it('is no key that a script could read, and no two seals are alike', async ({ browser, mock }) => {
    const sealedOf = async () => {
      const record = await readRecord(browser);
      return record?.session.status === 'signedIn' ? record.session.grant.sealed?.refreshToken : undefined;
    };
    const popup = await signInAs(browser, ADA);
    const first = await sealedOf();
    expect(await browser.sealingKey()).toEqual({ extractable: false, exported: false });
    await popup.press(words('signOut'));
    await popup.waitForStatus('signedOut');
    await popup.press(words('signIn'));
    await (await browser.authWindow()).press('Continue');
    await popup.waitForStatus('signedIn');
    const second = await sealedOf();
    // The first twelve bytes are the IV.
    expect(first?.slice(0, 16)).toMatch(/^[\w+/]{16}$/);
    expect(second?.slice(0, 16)).not.toBe(first?.slice(0, 16));
    await expect.poll(() => mock.store.liveGrants().length).toBe(1);
  });
});
