// Production entry point: reads the environment and starts, or reports every missing setting and exits with 1. With a
// command (`main.js show UID`) it runs that instead.
import { setTimeout as wait } from 'node:timers/promises';
import { programParts, runCommand } from './commands/run.ts';
import { startCompanion } from './start.ts';
import { DRAIN, readSettings, type CompanionSettings } from './config.ts';
import { createLog } from './operations/log.ts';
import { logSink } from './operations/log-sink.ts';
import { proxiedFetch } from './proxied-fetch.ts';
import { startupError } from './startup-error.ts';
import { readVersion } from './version.ts';

const args = process.argv.slice(2);
if (args.length > 0)
  process.exit(
    await runCommand(
      args,
      programParts(() => readSettings(process.env)),
    ),
  );

let settings: CompanionSettings | undefined;
try {
  settings = readSettings(process.env);
  const drain = settings.drain ?? DRAIN;
  const out = logSink((count) => log.event('log_lost', { count }, 'warn'));
  const log = createLog({ format: 'mozlog', level: settings.logLevel, out });
  process.once('exit', () => log.flush());
  // A closed terminal must not end it. The log goes to standard output, so there is no file to reopen.
  process.on('SIGHUP', () => log.event('hangup_ignored'));
  const version = readVersion();
  const companion = await startCompanion({
    settings,
    log,
    version,
    fetch: proxiedFetch(process.env),
    printReason: (why) => console.error(`companion: ${why}`),
  });
  let isDraining = false;
  const now = new AbortController();
  const end = async (seconds: number) => {
    // A second signal, or SIGINT, stops at once.
    if (isDraining || seconds === 0) now.abort();
    if (isDraining) return;
    isDraining = true;
    log.event('stopping', { seconds });
    companion.drain();
    await wait(seconds * 1000, undefined, { signal: now.signal }).catch(() => undefined);
    try {
      await companion.stop();
      process.exit(0);
    } catch (error) {
      log.failure('stop_failed', error);
      process.exit(1);
    }
  };
  process.on('SIGINT', () => void end(0));
  process.on('SIGTERM', () => void end(drain));

  // Last, since a supervisor that reads this may send a signal at once.
  const { origin, kind: database, host } = companion;
  log.event('started', { version: version.version, database, host, origin });
  console.error(`companion: ${origin}`);
} catch (error) {
  console.error(settings ? startupError(error, settings) : (error as Error).message);
  process.exitCode = 1;
}
