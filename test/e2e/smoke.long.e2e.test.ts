// What `npm run smoke` and `npm run contract` do in a browser: the round at a deployment, and signing in at any page.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { walkThrough } from '../../scripts/contract/smoke-steps.ts';
import { signInWith } from '../../scripts/driver/bare-browser.ts';
import { newFolder, removeFolder } from '../../scripts/driver/folders.ts';
import { discover } from '../../src/fxa/index.ts';
import { ERAS } from '../../src/mock-accounts/era.ts';
import { EXTENSION_CLIENTS } from '../../src/mock-accounts/seed.ts';
import { requestPath } from '../../src/mock-accounts/testing/browse.ts';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';

const REDIRECT_URI = 'https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org/';

/** As the real page does it: a script puts the second form in the place of the first, and manages its fields. */
const TWO_STEPS = `<!doctype html><form id="one"><input name="email"><button>Continue</button></form><script>
const managed = (input) => {
  let seen = '';
  Object.defineProperty(input, 'value', { get: () => seen, set() {} });
  input.addEventListener('input', () => {
    seen = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').get.call(input);
  });
  return input;
};
const email = managed(one.elements.email);
one.addEventListener('submit', (event) => {
  event.preventDefault();
  document.body.innerHTML = '<p>' + email.value + '</p><form id="two"><input type="password"><button>Sign in</button></form>';
  const password = managed(two.querySelector('input'));
  two.addEventListener('submit', (event) => {
    event.preventDefault();
    const good = email.value === '${ADA.email}' && password.value === '${ADA.password}';
    location = '${REDIRECT_URI}?' + (good ? 'code=good' : 'code=bad');
  });
});
</script>`;

async function servingPage(html: string): Promise<{ url: string; stop: () => void }> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop };
}

for (const era of ERAS) {
  inBothBrowsers(
    `npm run smoke in era ${era}`,
    (it, name) => {
      it('signs in, refreshes and signs out, and every token is dead', async ({ browser, mock }) => {
        const pictures = await newFolder('pictures');
        const endpoints = await discover(mock.origin, { fetch });
        const deployment = { name: 'custom', clientId: EXTENSION_CLIENTS[name], endpoints } as const;
        await walkThrough({ browser, deployment, account: ADA, pictures });
        expect(mock.store.liveGrants()).toEqual([]);
        expect(mock.store.liveAccessTokens()).toEqual([]);
        await removeFolder(pictures);
      });
    },
    'custom',
    era,
  );
}

inBothBrowsers(
  'npm run smoke',
  (it, name) => {
    it('stops at a wrong password, without naming the account', async ({ browser, mock }) => {
      const page = await browser.visit(mock.origin + requestPath());
      const refused = page.signIn({ ...ADA, password: 'wrong horse' });
      await expect(refused).rejects.toThrow(
        /^The sign-in page goes no further\. It says: Incorrect password$/,
      );
    });

    it('signs in at a page whose script asks for address and password one after the other', async () => {
      const page = await servingPage(TWO_STEPS);
      const callback = await signInWith(name, { url: page.url, redirectUri: REDIRECT_URI }, ADA);
      expect(callback).toBe(`${REDIRECT_URI}?code=good`);
      page.stop();
    });
  },
  'custom',
);
