// `check`: each thing the companion needs, by name, before or while it runs.
import { ConfigError, isSettingName, type CompanionSettings } from '../config.ts';
import { proxiedFetch } from '../proxied-fetch.ts';
import { startupError } from '../startup-error.ts';
import { checkDatabase } from './check-database.ts';
import { checkAccounts } from './check-accounts.ts';
import type { CommandParts, Found } from './command.ts';

/** Prints one line per check; false when one fails. */
export async function check(parts: CommandParts): Promise<boolean> {
  const { variables, say } = parts;
  let isWell = true;
  const report = (...[result, name, description]: Found) => {
    if (result === 'FAIL') isWell = false;
    say(`${result.padEnd(5)}${name.padEnd(18)}${description}`);
  };
  const misspelled = Object.keys(variables).filter(
    (name) => name.startsWith('COMPANION_') && !isSettingName(name),
  );
  for (const name of misspelled) report('FAIL', 'settings', `${name} is not a setting of this version.`);
  let settings: CompanionSettings;
  try {
    settings = parts.readSettings();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) report('FAIL', 'settings', fault);
    return false;
  }
  const set = Object.keys(variables).filter((name) => isSettingName(name) && variables[name]);
  report('ok', 'settings', set.length === 0 ? 'those of development' : set.sort().join(', '));
  report(...proxiesInFront(settings));
  report(...proxyOutwards(variables));
  for (const found of await checkAccounts(settings, parts)) report(...found);
  const failed = (error: unknown): readonly Found[] => [['FAIL', 'database', startupError(error, settings)]];
  for (const found of await checkDatabase(settings, parts).catch(failed)) report(...found);
  return isWell;
}

function proxiesInFront({ trustedProxies, host }: CompanionSettings): Found {
  if (trustedProxies > 0)
    return ['ok', 'proxies in front', `${trustedProxies} trusted to name the caller's address`];
  const isLocal = host === '127.0.0.1' || host === '::1' || host === 'localhost';
  const description = isLocal
    ? 'COMPANION_TRUSTED_PROXIES is 0: a proxy on this machine would share one limit among all callers'
    : 'none';
  return ['--', 'proxies in front', description];
}

/** Its URL may hold a password, so only the variable is named. */
function proxyOutwards(variables: CommandParts['variables']): Found {
  const set = ['HTTPS_PROXY', 'HTTP_PROXY'].filter(
    (name) => variables[name] || variables[name.toLowerCase()],
  );
  try {
    proxiedFetch(variables);
  } catch (error) {
    return ['FAIL', 'proxy outwards', (error as Error).message];
  }
  return set.length === 0
    ? ['--', 'proxy outwards', 'none']
    : ['ok', 'proxy outwards', `${set.join(', ')} in use`];
}
