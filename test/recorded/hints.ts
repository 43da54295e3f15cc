// What the title and the answer of an exchange tell of the state the request met, where the request itself does not.
import type { Exchange } from './exchange.ts';
import { answerOf } from './facts.ts';

/** What the titles say. */
export const HINTS = {
  again: /\b(?:again|twice)\b/,
  destroyed: /destroyed/,
  expired: /expired/,
  otherClient: /another client|of another|other client/,
  passwordChanged: /after a change of password|after a password change/,
  passwordReset: /after a reset|reset of (?:the )?password$/,
  afterWrong: /after a wrong/,
  confidential: /confidential client/,
  twoSteps: /two.steps?/,
};

/** Whether the person's account is deleted before the request: the title tells when, the section or the title of what. */
export const isDeleted = ({ section, title }: Exchange): boolean =>
  /account (?:was |is )?deleted/i.test(`${section} ${title}`) && /\bafter\b/.test(title);

/** Whether the password was changed or reset before the request. */
export const hasNewPassword = ({ title }: Exchange): boolean =>
  HINTS.passwordChanged.test(title) || HINTS.passwordReset.test(title);

/** Whether the answer is one of these errors. */
export const isRefusedBy = (exchange: Exchange, ...numbers: readonly number[]): boolean =>
  numbers.includes(Number(answerOf(exchange).errno));

/** Whether the answer says that the server does not know the token, or no longer. */
export const saysUnknown = (exchange: Exchange): boolean =>
  isRefusedBy(exchange, 108, 110, 115) ||
  /"active":false\}|(?:Invalid|Expired) token/.test(exchange.response.body);
