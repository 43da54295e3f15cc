// What a browser keeps of a grant, and what it loses: a Firefox that keeps no keys says so before the sign-in, and a
// record that was lost is told of.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { readRecord } from './storage-probe.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

const DOCTOR = 'src/extension/pages/doctor/index.html';
const OPTIONS = 'src/extension/pages/options/index.html';
const WELCOME = 'src/extension/pages/welcome/index.html';

inBothBrowsers('what the browser keeps', (it, name) => {
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

  it('and has lost is told of, and its grant goes at the second start', async ({ browser, mock }) => {
    await signInAs(browser, ADA);
    expect(mock.store.liveGrants()).toHaveLength(1);
    await browser.restart({ losing: 'local' });
    const popup = await browser.openPopup();
    await popup.waitForStatus('signedOut');
    expect(await popup.waitForAlert('signed_out')).toContain(words('reason_record_lost'));
    expect((await browser.readStorage('local')).record).toBeUndefined();
    expect(mock.store.liveGrants()).toHaveLength(1);

    await browser.restart();
    const again = await browser.openPopup();
    expect(await again.waitForAlert('signed_out')).toContain(words('reason_record_lost'));
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    await again.press(words('signIn'));
    // The browser has forgotten that they were signed in at Mozilla accounts, too.
    await (await browser.authWindow()).submit(ADA);
    await again.waitForStatus('signedIn');
    expect(mock.store.liveGrants()).toHaveLength(1);
  });

  if (name !== 'firefox') return;
  const always = it.extend<{ alwaysPrivate: boolean }>({ alwaysPrivate: true });

  always(
    'is nothing in a Firefox that is always private, which is said before',
    async ({ browser, mock }) => {
      const popup = await browser.openPopup();
      await popup.waitForText(words('sessionOnlyByBrowser'));
      for (const page of [OPTIONS, WELCOME]) {
        const opened = await browser.openPage(page);
        await opened.waitForText(words('sessionOnlyByBrowser'));
        await opened.close();
      }
      const doctor = await browser.openPage(DOCTOR);
      await doctor.waitForText(words('doctor_keysNotKept'));
      await doctor.waitForText(words('doctorNext_keysNotKept'));
      await doctor.close();

      await popup.press(words('signIn'));
      await (await browser.authWindow()).submit(ADA);
      await popup.waitForStatus('signedIn');
      await popup.waitForText(ADA.name);
      await browser.restart();
      const after = await browser.openPopup();
      await after.waitForStatus('signedOut');
      expect(await after.waitForAlert('signed_out')).toContain(words('reason_keys_not_kept'));
      await expect.poll(() => mock.store.liveGrants().length).toBe(0);
      expect(await browser.badge()).toBe('');
    },
  );
});
