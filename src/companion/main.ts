// The production entry: takes everything from the environment, or says all that is missing and ends with 1.
import { startCompanion } from './companion.ts';
import { readSettings, type CompanionSettings } from './config.ts';
import { createLog } from './operations/log.ts';
import { logSink } from './operations/log-sink.ts';
import { whyNotStarted } from './trouble.ts';
import { readVersion } from './version.ts';

let settings: CompanionSettings | undefined;
try {
  settings = readSettings(process.env);
  const out = logSink((count) => log.event('log_lost', { count }, 'warn'));
  const log = createLog({ format: 'mozlog', level: settings.logLevel, out });
  process.once('exit', () => log.flush());
  const companion = await startCompanion({ settings, log, version: readVersion() });
  log.event('started');
  console.error(`companion: ${companion.origin}`);
  const end = () => {
    log.event('stopping');
    companion.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.failure('stop_failed', error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
} catch (error) {
  const own = error instanceof Error ? error.message : 'unknown error';
  console.error(settings ? whyNotStarted(error, settings) : own);
  process.exitCode = 1;
}
