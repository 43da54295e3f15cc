// `check`: each thing the companion needs, by name, before or while it runs.
import { ConfigError, isSettingName, type CompanionSettings } from '../config.ts';
import { proxiedFetch } from '../proxied-fetch.ts';
import { startupError } from '../startup-error.ts';
import { checkDatabase } from './check-database.ts';
import { checkAccounts } from './check-accounts.ts';
import type { CommandParts, Found } from './command.ts';

/** Prints one line per check; false when one fails. */
export async function check(readSettings: () => CompanionSettings, parts: CommandParts): Promise<boolean> {
  const { variables, say } = parts;
  let isWell = true;
  const tell = (...[mark, name, says]: Found) => {
    if (mark === 'FAIL') isWell = false;
    say(`${mark.padEnd(5)}${name.padEnd(18)}${says}`);
  };
  for (const name of misspelled(variables))
    tell('FAIL', 'settings', `${name} is not a setting of this version.`);
  let settings: CompanionSettings;
  try {
    settings = readSettings();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) tell('FAIL', 'settings', fault);
    return false;
  }
  const set = Object.keys(variables).filter((name) => isSettingName(name) && variables[name]);
  tell('ok', 'settings', set.length === 0 ? 'those of development' : set.sort().join(', '));
  tell(...proxiesInFront(settings));
  tell(...proxyOutwards(variables));
  for (const found of await checkAccounts(settings, parts)) tell(...found);
  const failed = (error: unknown): readonly Found[] => [['FAIL', 'database', startupError(error, settings)]];
  for (const found of await checkDatabase(settings, parts).catch(failed)) tell(...found);
  return isWell;
}

function misspelled(variables: CommandParts['variables']): readonly string[] {
  return Object.keys(variables).filter((name) => name.startsWith('COMPANION_') && !isSettingName(name));
}

function proxiesInFront({ trustedProxies, host }: CompanionSettings): Found {
  if (trustedProxies > 0)
    return ['ok', 'proxies in front', `${trustedProxies} trusted to name the caller's address`];
  const isLocal = host === '127.0.0.1' || host === '::1' || host === 'localhost';
  const says = isLocal
    ? 'COMPANION_TRUSTED_PROXIES is 0: a proxy on this machine would share one limit among all callers'
    : 'none';
  return ['--', 'proxies in front', says];
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
