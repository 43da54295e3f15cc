// Records that this version did not write: of the first version, of a later one, and of nobody.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { expireTokens, readRecord, unknownGrants } from './books.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { BrowserUnderTest } from './driver/index.ts';
import { rename } from './standin.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

/** Puts another record in the place of the one there is, and has the next background find it. */
async function replaceRecord(browser: BrowserUnderTest, record: unknown): Promise<void> {
  await browser.killBackground();
  await browser.writeStorage('local', { record });
}

/** The record in the form that `test/fixtures/record-1-to-2.json` has frozen. */
async function asVersion1(browser: BrowserUnderTest): Promise<unknown> {
  const record = await readRecord(browser);
  if (record?.session.status !== 'signedIn') throw new Error('Nobody is signed in.');
  const { settings: _none, session, ...rest } = record;
  const { refreshTokenId, scope, sealed } = session.grant;
  return {
    ...rest,
    version: 1,
    session: { ...session, grant: { refreshTokenId, sealed: sealed?.refreshToken, scope } },
  };
}

inBothBrowsers('a record', (it) => {
  it('of the first version is taken over, and the session goes on', async ({ browser, standin }) => {
    const first = await signInAs(browser, ADA);
    await expireTokens(browser);
    await replaceRecord(browser, await asVersion1(browser));
    await first.close();

    rename(standin, ADA.email, 'Countess of Lovelace');
    const popup = await browser.openPopup();
    await popup.waitForText('Countess of Lovelace');
    expect((await popup.view()).status).toBe('signedIn');
    expect(await readRecord(browser)).toMatchObject({ version: 2, settings: { sessionOnly: false } });
    expect(standin.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, standin)).toBe(0);
  });

  it.for([
    { of: 'nobody', record: { version: 2, session: 'scrambled' }, code: 'storage_corrupt' },
    {
      of: 'a later version',
      record: { version: 99, session: { status: 'elsewhere' } },
      code: 'storage_newer',
    },
  ])('of $of is left alone until the person says Reset', async ({ record, code }, { browser, standin }) => {
    const first = await signInAs(browser, ADA);
    const grant = standin.store.liveGrants()[0]?.id ?? '';
    const unreadable = { ...record, grant: { refreshTokenId: grant } };
    await replaceRecord(browser, unreadable);
    await first.close();

    const popup = await browser.openPopup();
    await popup.waitForAlert(code);
    expect(await popup.hasButton(words('signIn'))).toBe(false);
    expect(await readRecord(browser)).toEqual(unreadable);
    expect(standin.store.liveGrants()).toHaveLength(1);

    await popup.press(words('reset'));
    await popup.press(words('signIn'));
    // What could be read of the old one is destroyed.
    await expect.poll(() => standin.store.liveGrants().length).toBe(0);
    await (await browser.authWindow()).press('Continue');
    await popup.waitForStatus('signedIn');
    await popup.waitForText(ADA.name);
    expect(standin.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, standin)).toBe(0);
  });
});
