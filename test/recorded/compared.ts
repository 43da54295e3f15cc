// What the mock server makes of a recorded exchange, whatever its kind, beside what was recorded.
import type { Era } from '../../src/mock-accounts/era.ts';
import { comparable } from './compare.ts';
import { issuedForm, recordedForm } from './decoded.ts';
import type { Exchange } from './exchange.ts';
import { answerOf } from './facts.ts';
import { type Recording, replay, withServer } from './replay.ts';
import { expectedToday, jwtToday } from './today.ts';
import { makeVisit, recordedEnd } from './visits.ts';

/** Both forms of an exchange, for equality. Tokens noted decoded, and visits of the page, have no status. */
export async function compared(
  era: Era,
  recording: Recording,
  exchange: Exchange,
): Promise<{ readonly got: unknown; readonly wanted: unknown }> {
  const answer = answerOf(exchange);
  if ('claims' in answer) {
    const got = await withServer(era, recording, (running) => issuedForm(running, exchange));
    const { form, ...rest } = recordedForm(exchange);
    return { got, wanted: { form: era === 'today' ? jwtToday(form) : form, ...rest } };
  }
  if ('ended' in answer) {
    const got = await withServer(era, recording, (running) => makeVisit(running, exchange));
    return { got, wanted: recordedEnd(exchange) };
  }
  const { expected, got } = comparable(exchange.response, await replay(era, recording, exchange));
  const wanted = era === 'today' ? expectedToday(expected, exchange, recording.facts) : expected;
  // A recording without the security headers holds only the headers that clients read.
  if ('strict-transport-security' in wanted.headers) return { got, wanted };
  const headers = Object.fromEntries(Object.keys(wanted.headers).map((name) => [name, got.headers[name]]));
  return { got: { ...got, headers }, wanted };
}
