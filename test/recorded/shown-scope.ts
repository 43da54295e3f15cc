// The scope of a token that nothing but a recorded answer, or a title, tells of.
import { UNTRUSTED_SCOPES } from '../../src/fxa/scopes.ts';
import type { Exchange } from './exchange.ts';

const SCOPES_BY_MEMBER: Readonly<Record<string, string>> = {
  email: 'profile:email',
  locale: 'profile:locale',
  amrValues: 'profile:amr',
  uid: 'profile:uid',
  avatar: 'profile:avatar',
  displayName: 'profile:display_name',
  subscriptions: 'profile:subscriptions',
  sub: 'openid',
};

/** The scope that a title names, such as `scope profile:uid only`. */
function titledScope(title: string): string | undefined {
  if (title.includes("untrusted client's")) return UNTRUSTED_SCOPES.join(' ');
  if (/scopeless|no scope at all/.test(title)) return '';
  return /scopes? "?((?:[\w:.]+ )*?[\w:.]+)"? (?:only|alone)/.exec(title)?.[1];
}

/** The smallest scope that explains how the profile server answered. */
export function scopeShownBy(
  { request, response, title }: Exchange,
  answer: Record<string, unknown>,
): string {
  const named = titledScope(title);
  if (named !== undefined) return named;
  if (response.status === 403) return response.body.includes('Unspecified') ? '' : 'openid';
  if (request.method !== 'GET') return 'profile:write';
  if (request.path !== '/v1/profile' || response.status !== 200) return 'profile openid';
  const whole = ['locale', 'uid', 'avatar'].every((member) => member in answer);
  const members = Object.keys(answer).filter((member) => member in SCOPES_BY_MEMBER);
  if (members.length === 0) return 'email';
  return whole
    ? `profile${'sub' in answer ? ' openid' : ''}`
    : members.map((member) => SCOPES_BY_MEMBER[member]).join(' ');
}
