// How much one network may have under way: what is counted when it has failed could else be there before anything was counted.
import { networkOf } from './address.ts';
import { tooMany } from './limiter.ts';

/** Does the work of a network, `most` at a time. @throws Problem 429 `rate_limited` */
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
