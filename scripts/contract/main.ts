// `npm run contract`: checks a deployment of Mozilla accounts against everything the product relies on, and prints a
// table. Ends with 1 if a line failed.
import { run } from '../run/local.ts';
import { signInWith } from '../driver/bare-browser.ts';
import { ensureBrowsers } from '../machine/browsers.mjs';
import type { SignIn } from './account-steps.ts';
import { runContract } from './run.ts';
import { OPTIONS_USAGE, readSettings, type Settings } from './settings.ts';
import { table } from './table.ts';

const USAGE = `Usage: npm run contract -- [options]
${OPTIONS_USAGE}
Without an account nothing is signed in; with one, a browser signs in, and all that is issued is destroyed again.`;

function signInOf({ account, clients: [client] }: Settings): SignIn | undefined {
  if (account === undefined || client === undefined) return undefined;
  const { browser } = client;
  ensureBrowsers([browser]);
  return (url, redirectUri) => signInWith(browser, { url, redirectUri }, account);
}

run(async () => {
  const settings = await readSettings(process.argv.slice(2), process.env);
  if (settings === undefined) {
    console.log(USAGE);
    return;
  }
  const [first] = settings.clients;
  console.log(`The contract with ${first?.config.issuer ?? ''} (${settings.env})`);
  const { generation, lines } = await runContract(settings.clients, {
    send: fetch,
    signIn: signInOf(settings),
  });
  console.log(`It is ${generation ?? 'unknown what these servers are'}.\n${table(lines)}`);
  if (lines.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
});
