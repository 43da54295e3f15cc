// A record that the first version wrote.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { expireTokens, readRecord, replaceRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { BrowserUnderTest } from '../../scripts/driver/index.ts';
import { rename } from './mock-server.ts';
import { signInAs } from './steps.ts';

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
  it('of the first version is taken over, and the session goes on', async ({ browser, mock }) => {
    const first = await signInAs(browser, ADA);
    await expireTokens(browser);
    await replaceRecord(browser, await asVersion1(browser));
    await first.close();

    rename(mock, ADA.email, 'Countess of Lovelace');
    const popup = await browser.openPopup();
    await popup.waitForText('Countess of Lovelace');
    expect((await popup.view()).status).toBe('signedIn');
    expect(await readRecord(browser)).toMatchObject({ version: 3, settings: { sessionOnly: false } });
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
  });
});
