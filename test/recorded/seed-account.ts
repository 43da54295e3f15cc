// The person a recorded request was about, as its answer shows them.
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { newTotpSecret } from '../../src/mock-accounts/auth/totp.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import type { Exchange } from './exchange.ts';
import { answerOf, bearerOf, claimsIn, type Facts, parametersOf, subjectOf } from './facts.ts';
import { HINTS, isRefusedBy } from './hints.ts';
import { seedPictures } from './pictures.ts';

const PASSWORD = 'recorded password';

/** Whether the request asks for a sign-in of two steps. */
const wantsTwoSteps = ({ request }: Exchange) => /\bAAL2\b/.test(String(parametersOf(request).acr_values));

/**
 * Whether the account has two-step sign-in. Where only a level is missing, it has none: a missing step is another
 * error.
 */
function isTwoStep(exchange: Exchange): boolean {
  if (isRefusedBy(exchange, 170)) return false;
  return (
    HINTS.twoSteps.test(exchange.title) ||
    answerOf(exchange).twoFactorAuthentication === true ||
    isRefusedBy(exchange, 138) ||
    (wantsTwoSteps(exchange) && exchange.response.status === 200)
  );
}

/** Whom the answer is about, or else the tokens of the request. */
function uidOf(facts: Facts, exchange: Exchange): string {
  const given = parametersOf(exchange.request);
  const tokens = [given.token, given.access_token, bearerOf(exchange.request), given.refresh_token];
  const owners = tokens.map((token = '') => facts.tokens.get(token)?.uid ?? claimsIn(token)?.sub);
  const told = [subjectOf(answerOf(exchange)), ...owners].find((uid) => typeof uid === 'string');
  return told ?? facts.uid;
}

function emailOf(facts: Facts, exchange: Exchange, uid: string): string {
  const asked = parametersOf(exchange.request).email;
  const { email } = answerOf(exchange);
  const known = [facts.emails.get(uid), 'ada.recorded@example.com'];
  const isUnknown = isRefusedBy(exchange, 102);
  const fitting = (isUnknown ? known : [email, asked, ...known]).find(
    (address) => typeof address === 'string' && !(isUnknown && address === asked),
  );
  return fitting as string;
}

/** What a profile shows of the account that has no other trace. */
function shownIn(answer: Readonly<Record<string, unknown>>, facts: Facts): Partial<Account> {
  const { locale, metricsEnabled, subscriptions, displayName, accountDisabledAt, accountLockedAt } = answer;
  return {
    locale: typeof locale === 'string' ? locale : '*',
    metricsEnabled: metricsEnabled !== false,
    ...(Array.isArray(subscriptions)
      ? { subscriptions: Object.fromEntries(facts.clients.map(({ id }) => [id, subscriptions as string[]])) }
      : {}),
    ...(typeof displayName === 'string' ? { displayName } : {}),
    ...(typeof accountDisabledAt === 'number' ? { disabledAt: accountDisabledAt } : {}),
    ...(typeof accountLockedAt === 'number' ? { lockedAt: accountLockedAt } : {}),
  };
}

/** Adds the account that a request was about. */
export function seedAccount(facts: Facts, exchange: Exchange, { store }: RunningMockServer): Account {
  const uid = uidOf(facts, exchange);
  const account = store.accounts.add({
    ...shownIn(answerOf(exchange), facts),
    uid,
    email: emailOf(facts, exchange, uid),
    password: PASSWORD,
    // The older way to a code has another meaning for this number.
    verified: !isRefusedBy(exchange, 104) || exchange.request.path === '/v1/authorization',
    ...(isTwoStep(exchange) ? { totpSecret: newTotpSecret() } : {}),
  });
  seedPictures(store, account, exchange);
  return account;
}
