// examples/web in a real browser, where its companion goes away.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startExample } from '../../examples/web/server.ts';
import { eventually } from '../../scripts/driver/wait.ts';
import { WEB_PATHS } from '../../src/contract/web-sign-in.ts';
import { inBothBrowsers } from './both-browsers.ts';

inBothBrowsers('the to-do list', (it) => {
  it('offers to sign in again when the code cannot be redeemed', async ({ browser, onTestFinished }) => {
    // A companion that goes away after the callback.
    const away = createServer(({ url = '', socket }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
      const location = `${searchParams.get('redirect')}#code=made-up`;
      if (pathname === WEB_PATHS.params) response.end(JSON.stringify({ oauth_uri: 'http://127.0.0.1' }));
      else if (pathname === WEB_PATHS.login) response.writeHead(302, { location }).end();
      else socket.destroy();
    });
    onTestFinished(() => void away.close());
    await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
    const example = await startExample(`http://127.0.0.1:${(away.address() as AddressInfo).port}`, 0);
    onTestFinished(() => example.stop());

    const page = await browser.visit(example.origin);
    await page.press('Sign in');
    await eventually('a failure and the button', async () =>
      /did not succeed[^]*Sign in/.test(await page.text()),
    );
    await page.close();
  });
});
