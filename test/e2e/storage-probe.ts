// Compares the mock server's live grants with those the extension knows of, and tampers with the extension's storage.
import type { CachedToken, StoredRecord } from '../../src/session/state/record.ts';
import { liveSession } from '../../src/session/state/states.ts';
import type { BrowserUnderTest } from '../../scripts/driver/index.ts';
import type { TestMockServer } from './mock-server.ts';

/** The stored record; undefined before the first is written. */
export async function readRecord(browser: BrowserUnderTest): Promise<StoredRecord | undefined> {
  return (await browser.readStorage('local')).record as StoredRecord | undefined;
}

/** How many live grants are neither the session's nor in the outbox: nothing would ever destroy them. */
export async function unknownGrants(browser: BrowserUnderTest, { store }: TestMockServer): Promise<number> {
  const record = await readRecord(browser);
  const known = new Set(record?.outbox.map(({ refreshTokenId }) => refreshTokenId));
  const live = record && liveSession(record.session);
  if (live) known.add(live.grant.refreshTokenId);
  return store.liveGrants().filter(({ id }) => !known.has(id)).length;
}

/** Makes every access token one that has just expired: the next look at the profile begins with a refresh. */
export async function expireTokens(browser: BrowserUnderTest): Promise<void> {
  await changeTokens(browser, { expiresAt: Date.now() });
}

/** Makes the time of every revocation come that was postponed, of grants and of access tokens. */
export async function makeRevocationsDue(browser: BrowserUnderTest): Promise<void> {
  const record = await readRecord(browser);
  const outbox = record?.outbox.map((entry) => ({ ...entry, notBefore: 0 }));
  await browser.writeStorage('local', { record: { ...record, outbox } });
  await changeTokens(browser, { notBefore: 0 });
}

async function changeTokens(browser: BrowserUnderTest, change: Partial<CachedToken>): Promise<void> {
  const { tokens = [] } = (await browser.readStorage('session')) as { tokens?: CachedToken[] };
  await browser.writeStorage('session', { tokens: tokens.map((held) => ({ ...held, ...change })) });
}

/** Puts another record in the place of the one there is, and has the next background find it. */
export async function replaceRecord(browser: BrowserUnderTest, record: unknown): Promise<void> {
  await browser.killBackground();
  await browser.writeStorage('local', { record });
}
