// Set-up of every test in Node: makes the test's signal known, and lets the next test begin only when a test that ran
// out of time has stopped all it ran and has given back what it had taken of the process.
import { afterEach, beforeEach } from 'vitest';
import { allEnded, setTestSignal } from './test-signal.ts';
import { checkTimers } from './time.ts';

beforeEach(({ signal }) => setTestSignal(signal));

// It was declared before the hooks of the files, so it runs after them.
afterEach(async () => {
  await allEnded();
  checkTimers();
});
