// Messages about accounts, sent to a queue for as long as a test runs.
import { hash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { whenOutOfTime } from '../../harness/test-signal.ts';
import type { FakeSqs } from '../fakes/sqs.ts';

/** More than this many messages are never left in the queue, so that the end is near. */
const BACKLOG = 100;

export interface FedAccount {
  readonly uid: string;
  /** The account's key, hex. */
  readonly key: string;
}

/** Sends a message each `pace` milliseconds. `expected`: what the ledger must hold of them. */
export function feedQueue(sqs: FakeSqs, accounts: readonly FedAccount[], pace: number) {
  const expected: string[] = [];
  const over = new AbortController();
  whenOutOfTime(() => over.abort());
  // An hour ago, so that it ends no session.
  let timestamp = Date.now() - 3_600_000;
  const send = ({ uid, key }: FedAccount, isProfile: boolean) => {
    if (isProfile) {
      const mark = hash('sha256', `sqs\0${sqs.send({ event: 'profileDataChange', uid, ts: 1 })}`);
      expected.push(`${key} profile_change ${mark}`);
    } else {
      timestamp += 1;
      sqs.send({ event: 'passwordChange', uid, ts: Math.floor(timestamp / 1000), timestamp });
      expected.push(`${key} password_change ${timestamp}`);
    }
  };
  const sending = (async () => {
    for (let nth = 0; !over.signal.aborted; nth += 1) {
      const account = accounts[nth % accounts.length];
      if (account !== undefined && sqs.queue.length < BACKLOG) send(account, nth % 2 === 0);
      await wait(pace);
    }
  })();
  return {
    expected,
    stop: () => {
      over.abort();
      return sending;
    },
  };
}
