// Holds a call of a port, or the simulated user, at the moment that matters.
import type { Harness } from './harness.ts';

/** Holds the nth coming call of that name until it is released. */
export function holdAt(harness: Harness, call: string, nth = 1, way: 'out' | 'back' = 'out') {
  let seen = 0;
  const at = deferred();
  const gate = deferred();
  harness.host.hold = async (held) => {
    if (held.call !== call || held.way !== way || ++seen !== nth) return;
    at.resolve();
    await gate.promise;
  };
  return { reached: at.promise, release: gate.resolve };
}

/** A promise, and what resolves it. */
export function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** For a user who never finishes. */
export const never = () => new Promise<never>(() => undefined);

/** The simulated user waits until this is called. */
export function slowPerson(harness: Harness): () => void {
  const signIn = harness.host.simulatedUser;
  const ready = deferred();
  harness.host.simulatedUser = async (url) => {
    await ready.promise;
    return signIn(url);
  };
  return ready.resolve;
}
