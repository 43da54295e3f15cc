// examples/web in a real browser: a web application that signs in through the companion.
import { expect, inject } from 'vitest';
import { startExample } from '../../examples/web/server.ts';
import { eventually } from '../../scripts/driver/wait.ts';
import { localSettings } from '../../scripts/run/local-companion.ts';
import { WEB_PATHS } from '../../src/contract/web-sign-in.ts';
import { WEB_CLIENT } from '../../src/mock-accounts/seed.ts';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { accountOf } from './mock-server.ts';
import { withCompanion } from './with-companion.ts';

inBothBrowsers('the to-do list', (base) => {
  const it = withCompanion(base);

  it('signs in through the companion, and has the same list after signing out and in', async ({
    browser,
    mock,
    companion,
    onTestFinished,
  }) => {
    const port = inject('companionPort');
    const origin = `http://127.0.0.1:${port}`;
    const client = mock.store.clients.get(WEB_CLIENT.id);
    if (client === undefined) throw new Error('The mock server does not know the web client.');
    mock.store.clients.set(client.id, { ...client, redirectUris: [origin + WEB_PATHS.token] });
    const example = await startExample(origin, 0);
    onTestFinished(() => example.stop());
    const webPort = Number(new URL(example.origin).port);
    const { web } = await localSettings({ issuer: mock.origin, port, webPort });
    await companion.start({ web });

    const page = await browser.visit(example.origin);
    const shows = (words: string) =>
      eventually(
        `“${words}”`,
        async () => (await page.text()).includes(words),
        () => page.text(),
      );
    const { uid } = accountOf(mock.store, ADA.email);
    await page.press('Sign in');
    await page.submit(ADA);
    await shows('You are signed in.');
    await shows(`fxa:${uid}-to-do`);
    await page.fill('task', 'Buy milk');
    await page.press('Add');
    await shows('Buy milk');
    const tokens = () => mock.store.liveAccessTokens().filter(({ clientId }) => clientId === WEB_CLIENT.id);
    expect(tokens()).toHaveLength(1);

    await page.press('Sign out');
    await shows('You are signed out.');
    expect(await page.text()).not.toContain('Buy milk');
    await expect.poll(tokens).toEqual([]);

    await page.press('Sign in');
    await page.press('Continue');
    await shows('Buy milk');
    expect(companion.answered().filter((answer) => /^(?!OPTIONS).* .fxa-oauth/.test(answer))).toEqual(
      [1, 2].flatMap(() => [
        `GET ${WEB_PATHS.login} 302`,
        `GET ${WEB_PATHS.token} 302`,
        `POST ${WEB_PATHS.token} 200`,
      ]),
    );
    await page.close();
  });
});
