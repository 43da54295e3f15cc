/** The clock of oidc-provider, which reads `Date.now` alone. */
import { AsyncLocalStorage } from 'node:async_hooks';

type Clock = () => number;

const clocks = new AsyncLocalStorage<Clock | undefined>();
let isInstalled = false;

/**
 * Runs `work` with `now`, in milliseconds, as `Date.now` of all that it does; nothing else is affected. Undefined: the
 * machine's, which `now` itself reads.
 */
export function withClock<T>(now: Clock | undefined, work: () => T): T {
  if (now !== undefined && !isInstalled) {
    isInstalled = true;
    const machine = Date.now.bind(Date);
    Date.now = () => (clocks.getStore() ?? machine)();
  }
  return clocks.run(now, work);
}
