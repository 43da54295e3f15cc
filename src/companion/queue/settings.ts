// The queue's settings: COMPANION_SQS_URL, and AWS_REGION where that doesn't name the region.
import * as v from 'valibot';
import { secureUrl } from '../../fxa/secure-url.ts';

export interface QueueSettings {
  readonly url: string;
  readonly region: string;
}

/** A queue's URL: its path is the account and the name. */
export const queueUrl = v.pipe(
  v.string(),
  v.check(
    (value) => /^https?:\/\/[^/]+(?:\/[\w-]+){2}(?:\.fifo)?$/.test(value) && secureUrl(value) !== undefined,
    'must be the https URL of a queue, such as https://sqs.eu-west-1.amazonaws.com/123456789012/events (http only on this machine)',
  ),
);

export const region = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2}(?:-[a-z]+)+-\d+$/, 'must be a region such as eu-west-1'),
);

/** Undefined without a queue, or when its region is unknown. */
export function queueSettings(
  url: string | undefined,
  fallback: string | undefined,
): QueueSettings | undefined {
  const named = /\bsqs(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d+)\./.exec(url ?? '')?.[1] ?? fallback;
  return url === undefined || named === undefined ? undefined : { url, region: named };
}

/** What is wrong between the variables; one sentence each. */
export function queueFaults({
  COMPANION_SQS_URL: url,
  AWS_REGION,
  DEBUG = '',
}: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (url === undefined) return [];
  const faults: string[] = [];
  if (queueSettings(url, AWS_REGION) === undefined) {
    faults.push('AWS_REGION is missing: COMPANION_SQS_URL does not name the region of its queue.');
  }
  // Of the package `debug`: sqs-consumer would write every message to standard error.
  if (/(?:^|[\s,])(?:(?:sq?)?\*|sqs)/.test(DEBUG)) {
    faults.push('DEBUG would print the messages of the queue, with uids and addresses: unset it.');
  }
  return faults;
}
