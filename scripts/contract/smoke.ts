// `npm run smoke`: builds the extension for a deployment, and has it sign in, refresh and sign out there in one browser.
// For testers, after each deployment. Ends with 1 at the first step that fails.
import { discover } from '../../src/fxa/index.ts';
import { buildExtension } from '../build/build.ts';
import { newFolder, removeFolder } from '../driver/folders.ts';
import { launchBrowser } from '../driver/index.ts';
import { ensureBrowsers } from '../machine/browsers.mjs';
import { endWhenInterrupted, run, TITLES } from '../run/local.ts';
import { step } from '../run/tour.ts';
import { OPTIONS_USAGE, readSettings, type Account, type BrowserClient, type Settings } from './settings.ts';
import { walkThrough } from './smoke-steps.ts';

const USAGE = `Usage: npm run smoke -- [options]
${OPTIONS_USAGE}
Signs in as that account in Firefox, or in the browser of --browser, and out again.`;

/** Errors of the driver quote what a page reads. */
function withoutSecrets(message: string, { email, password }: Account): string {
  return message
    .replaceAll(email, '(the address)')
    .replaceAll(password, '(the password)')
    .replace(/[\w~.-]{40,}/g, '(something long)');
}

async function smoke(settings: Settings, client: BrowserClient, account: Account): Promise<void> {
  const { browser: name, config } = client;
  const pictures = `screenshots/smoke-${settings.env}-${name}`;
  console.log(`${TITLES[name]}, ${config.issuer} (${settings.env})`);
  const extensionDir = await newFolder(`build-${name}`);
  try {
    await step('the extension is built', () =>
      buildExtension({
        browser: name,
        environment: settings.env,
        outDir: extensionDir,
        variables: settings.variables,
      }),
    );
    const endpoints = await step('the deployment answers', () => discover(config.issuer, { fetch }));
    const deployment = { name: config.environment, clientId: config.clientId, endpoints };
    const browser = await step('the browser runs, with the extension installed', () =>
      launchBrowser(name, { extensionDir }),
    );
    try {
      await walkThrough({ browser, deployment, account, pictures });
    } catch (error) {
      await browser.capturePages(`${pictures}/failure`);
      throw error;
    } finally {
      await browser.close();
    }
  } finally {
    await removeFolder(extensionDir);
    console.log(`\nThe pictures are in ${pictures}/. They show the account.`);
  }
}

run(async () => {
  const { env } = process;
  const settings = await readSettings(process.argv.slice(2), {
    ...env,
    FXA_COMPANION: env.FXA_COMPANION ?? 'none',
  });
  const [client] = settings?.clients ?? [];
  if (settings === undefined || client === undefined) {
    console.log(USAGE);
    return;
  }
  const { account } = settings;
  if (account === undefined)
    throw new Error('Set FXA_EMAIL and FXA_PASSWORD to a confirmed account without two-step sign-in.');
  endWhenInterrupted();
  ensureBrowsers([client.browser]);
  await smoke(settings, client, account).catch((error: unknown) => {
    throw new Error(withoutSecrets(error instanceof Error ? error.message : String(error), account));
  });
});
