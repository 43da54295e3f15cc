/** Describes what a webhook's response means. */
import { ACKS } from './sender.ts';

const AGAIN = 'Mozilla accounts would send it again, for up to seven days';

function meaning(status: number | 'no answer' | undefined, wrongKey: boolean): string {
  if (status === undefined) return `not sent`;
  if (status === 'no answer')
    return `${AGAIN}; is the companion running, and does it answer within ten seconds?`;
  if (ACKS.includes(status))
    return wrongKey ? 'acknowledged, which no token signed by a stranger may be' : 'acknowledged';
  if (status === 401 && wrongKey) return 'refused, as it should be';
  if (status < 500) return `refused; ${AGAIN}`;
  return `the receiver failed; ${AGAIN}`;
}

/** For example `200, acknowledged`. `wrongKey`: the token was signed with a wrong key. */
export function outcomeInWords(status: number | 'no answer' | undefined, wrongKey: boolean): string {
  const words = meaning(status, wrongKey);
  return status === undefined ? words : `${status}, ${words}`;
}
