// The steps of `npm run smoke` in the browser, and afterwards what the server says of the tokens that were issued.
import { mkdir } from 'node:fs/promises';
import messages from '../../public/_locales/en/messages.json' with { type: 'json' };
import {
  destroyAccessToken,
  destroyGrant,
  introspect,
  type Deployment,
  type Http,
} from '../../src/fxa/index.ts';
import type { CachedToken, StoredRecord } from '../../src/session/state/record.ts';
import { liveSession } from '../../src/session/state/states.ts';
import type { BrowserUnderTest, PopupPage } from '../driver/index.ts';
import { eventually, pause } from '../driver/wait.ts';
import { step } from '../run/tour.ts';
import type { Account } from './settings.ts';

export interface Walk {
  readonly browser: BrowserUnderTest;
  readonly deployment: Deployment;
  readonly account: Account;
  /** The folder of the pictures. */
  readonly pictures: string;
}

/** What the extension was given; for the server to say that it is dead. */
interface Issued {
  readonly accessTokens: Set<string>;
  readonly grants: Set<string>;
}

const http: Http = { fetch };

/** @throws Error of the first step that fails; what was issued until then is destroyed, or named. */
export async function walkThrough(walk: Walk): Promise<void> {
  const issued: Issued = { accessTokens: new Set(), grants: new Set() };
  await mkdir(walk.pictures, { recursive: true });
  try {
    await inTheBrowser(walk, issued);
  } catch (error) {
    await noteIssued(walk.browser, issued).catch(() => undefined);
    await destroyAll(walk.deployment, issued);
    throw error;
  }
  await step('every token is dead at the server', () => expectDead(walk.deployment, issued));
}

async function inTheBrowser({ browser, account, pictures }: Walk, issued: Issued): Promise<void> {
  const picture = (popup: PopupPage, name: string) => popup.screenshot(`${pictures}/${name}.png`);
  const popup = await step('the popup is open: signed out', async () => {
    const opened = await browser.openPopup();
    await opened.waitForStatus('signedOut');
    return opened;
  });
  const window = await step('“Sign in” opens the sign-in page', async () => {
    await popup.press(messages.signIn.message);
    const opened = await browser.authWindow();
    await popup.waitForStatus('signingIn');
    return opened;
  });
  await step('the account signs in there', async () => {
    await window.signIn(account);
    await popup.waitForStatus('signedIn');
  });
  await step('the popup shows the account', async () => {
    await popup.waitForText(account.email);
    await noteIssued(browser, issued);
    await picture(popup, '1-signed-in');
    await popup.close();
  });
  const again = await step('an expired token is refreshed', async () => {
    await expireTokens(browser);
    const opened = await browser.openPopup();
    await eventually('a new access token', async () => {
      const now = Date.now();
      return (await tokensIn(browser)).some(
        ({ token, expiresAt }) => !issued.accessTokens.has(token) && expiresAt > now,
      );
    });
    await opened.waitForStatus('signedIn');
    await noteIssued(browser, issued);
    await picture(opened, '2-refreshed');
    return opened;
  });
  await step('“Sign out”, and everything waiting is destroyed', async () => {
    await again.press(messages.signOut.message);
    await again.waitForStatus('signedOut');
    await eventually('the outbox to be empty', async () => {
      const { outbox } = await recordIn(browser);
      return outbox.length === 0 && (await tokensIn(browser)).length === 0;
    });
    await picture(again, '3-signed-out');
  });
}

const recordIn = async (browser: BrowserUnderTest) =>
  (await browser.readStorage('local')).record as StoredRecord;

const tokensIn = async (browser: BrowserUnderTest) =>
  ((await browser.readStorage('session')) as { tokens?: CachedToken[] }).tokens ?? [];

async function noteIssued(browser: BrowserUnderTest, { accessTokens, grants }: Issued): Promise<void> {
  for (const { token } of await tokensIn(browser)) accessTokens.add(token);
  const { session, outbox } = await recordIn(browser);
  const live = liveSession(session);
  if (live) grants.add(live.grant.refreshTokenId);
  for (const { refreshTokenId } of outbox) grants.add(refreshTokenId);
}

/** The popup then begins with a refresh. */
async function expireTokens(browser: BrowserUnderTest): Promise<void> {
  const tokens = (await tokensIn(browser)).map((token) => ({ ...token, expiresAt: Date.now() }));
  await browser.writeStorage('session', { tokens });
}

/** The server may need a moment; it is not asked often. */
const ASKED = { times: 5, pause: 2000 };

async function expectDead(deployment: Deployment, issued: Issued): Promise<void> {
  const { endpoints, clientId } = deployment;
  for (let asked = 1; ; asked += 1) {
    const live: string[] = [];
    for (const token of issued.accessTokens)
      if (await introspect(endpoints, token, { now: Date.now(), clientId }, http)) live.push(token);
    if (live.length === 0) break;
    if (asked === ASKED.times) {
      await destroyAll(deployment, issued);
      throw new Error(`${live.length} access tokens outlived the sign-out.`);
    }
    await pause(ASKED.pause);
  }
  // Standards: revoking the refresh token ended the grant, and there is no id to ask by.
  if (endpoints.dialect === 'oauth2') return;
  for (const refreshTokenId of issued.grants) {
    const before = await destroyGrant(deployment, { refreshTokenId }, http);
    if (before !== 'unknown') throw new Error('The grant outlived the sign-out. It is destroyed now.');
  }
}

/** Destroys what is left, and names what cannot be destroyed. */
async function destroyAll(deployment: Deployment, { accessTokens, grants }: Issued): Promise<void> {
  const left: string[] = [];
  for (const token of accessTokens)
    await destroyAccessToken(deployment, token, http).catch(() => left.push('an access token'));
  for (const refreshTokenId of grants)
    await destroyGrant(deployment, { refreshTokenId }, http).catch(() => left.push('a grant'));
  if (left.length > 0)
    console.log(
      `  Left at the server: ${left.join(', ')} of client ${deployment.clientId}. ` +
        `Disconnect it at ${deployment.endpoints.issuer}/settings#connected-services.`,
    );
}
