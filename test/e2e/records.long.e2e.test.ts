// Records that this version cannot read: of a later one, and of none.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { readRecord, replaceRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

inBothBrowsers('a record', (it) => {
  it.for([
    { of: 'nobody', record: { version: 2, session: 'scrambled' }, code: 'storage_corrupt' },
    {
      of: 'a later version',
      record: { version: 99, session: { status: 'elsewhere' } },
      code: 'storage_newer',
    },
  ])('of $of is left alone until the person says Reset', async ({ record, code }, { browser, mock }) => {
    const first = await signInAs(browser, ADA);
    const grant = mock.store.liveGrants()[0]?.id ?? '';
    const unreadable = { ...record, grant: { refreshTokenId: grant } };
    await replaceRecord(browser, unreadable);
    await first.close();

    const popup = await browser.openPopup();
    await popup.waitForAlert(code);
    expect(await popup.hasButton(words('signIn'))).toBe(false);
    expect(await readRecord(browser)).toEqual(unreadable);
    expect(mock.store.liveGrants()).toHaveLength(1);

    await popup.press(words('reset'));
    await popup.press(words('signIn'));
    // What could be read of the old one is destroyed.
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    await (await browser.authWindow()).press('Continue');
    await popup.waitForStatus('signedIn');
    await popup.waitForText(ADA.name);
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
  });
});
