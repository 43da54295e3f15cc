// How busy this instance is, and how rarely it therefore asks to be polled.
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds. */
const RESOLUTION = 20;
const WINDOW = 5000;
const BUSY_DELAY = 50;
/** Seconds. */
const SHORTEST = 600;
const LONGEST = 6 * 3600;

/**
 * Seconds for `Poll-After`, by the mean delay of the event loop in milliseconds: 0 below 50; then ten minutes, and twice
 * as long each time the delay doubles, up to the six hours of a copy without use. Pure.
 */
export function pollAfterFor(delay: number): number {
  if (!(delay >= BUSY_DELAY)) return 0;
  return Math.min(LONGEST, SHORTEST * 2 ** Math.floor(Math.log2(delay / BUSY_DELAY)));
}

/** Measures the load of this process until stopped; `pollAfter` goes by the last five seconds. */
export function startLoadMeter() {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  let pollAfter = 0;
  const timer = setInterval(() => {
    // Each value includes the interval between two samples.
    pollAfter = pollAfterFor(delays.mean / 1e6 - RESOLUTION);
    delays.reset();
  }, WINDOW);
  timer.unref();
  delays.enable();
  return {
    pollAfter: () => pollAfter,
    stop: () => {
      clearInterval(timer);
      delays.disable();
    },
  };
}
