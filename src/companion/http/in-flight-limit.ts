// Limits a network's requests in progress: limits that count failures only apply once requests have finished.
import { networkOf } from './address.ts';
import { tooMany } from './limiter.ts';

/**
 * Returns a function that runs up to `most` tasks per network at a time.
 *
 * @throws Problem 429 `rate_limited`
 */
export function inFlightLimit(most: number): (address: string, work: () => Promise<void>) => Promise<void> {
  const underWay = new Map<string, number>();
  return async (address, work) => {
    const network = networkOf(address);
    const before = underWay.get(network) ?? 0;
    if (before >= most) throw tooMany(1);
    underWay.set(network, before + 1);
    try {
      await work();
    } finally {
      const others = (underWay.get(network) ?? 1) - 1;
      if (others > 0) underWay.set(network, others);
      else underWay.delete(network);
    }
  };
}
