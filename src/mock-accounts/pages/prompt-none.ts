/** `prompt=none`: signs in without a page, or returns why not. */
import { errors, jwtVerify } from 'jose';
import type { SignedIn } from '../auth/session.ts';
import { needsSecondStep } from '../auth/totp.ts';
import type { MockContext } from '../context.ts';
import type { PageRequest } from './request.ts';

/** FxA: an id_token is accepted as a hint up to seven days after expiry. Seconds. */
const HINT_GRACE = 7 * 24 * 3600;

/** The uid in a hint, or undefined when it is not one of ours for this client. */
async function hintedUid(
  context: MockContext,
  request: PageRequest,
  hint: string,
): Promise<string | undefined> {
  const key = await context.keys.active();
  try {
    const { payload } = await jwtVerify(hint, key.publicKey, {
      issuer: context.origin,
      audience: request.client.id,
      clockTolerance: HINT_GRACE,
      currentDate: new Date(context.now()),
    });
    return payload.sub;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Why the request cannot be granted silently, as FxA's error string; undefined when it can. */
export async function silentRefusal(
  context: MockContext,
  request: PageRequest,
  who: SignedIn | undefined,
): Promise<string | undefined> {
  if (request.keysJwk !== undefined) return 'invalid_request';
  // FxA: an email address with or instead of a hint needs an allow-listed client, which does not exist here.
  if (request.email !== undefined) return 'unauthorized_client';
  if (who === undefined) return 'login_required';
  if (request.idTokenHint !== undefined) {
    const uid = await hintedUid(context, request, request.idTokenHint);
    if (uid === undefined) return 'invalid_request';
    if (uid !== who.account.uid) return 'account_selection_required';
  }
  // FxA: a silent sign-in needs a hint of the account. Whether it did in 2019 is unknown.
  if (request.idTokenHint === undefined && context.rules.monorepo) return 'invalid_request';
  if (!who.account.verified || needsSecondStep(who.account, who.session)) return 'interaction_required';
  const age = (context.now() - who.session.lastAuthAt) / 1000;
  if (request.maxAge !== undefined && age > request.maxAge + 5) return 'unmet_authentication_requirements';
  if (request.acrValues?.split(/\s+/).includes('AAL2') === true && who.session.aal < 2)
    return 'unmet_authentication_requirements';
  return request.client.trusted ? undefined : 'consent_required';
}

/** Query parameters that come back, and by which name. */
const CARRIED = {
  action: 'action',
  state: 'state',
  flow_id: 'flowId',
  flow_begin_time: 'flowBeginTime',
  device_id: 'deviceId',
  utm_campaign: 'utmCampaign',
  utm_content: 'utmContent',
  utm_medium: 'utmMedium',
  utm_source: 'utmSource',
  utm_term: 'utmTerm',
};

/** Where a refusal is sent. FxA: it replaces the redirect URI's own query. */
export function refusalUrl(request: PageRequest, error: string): string {
  const url = new URL(request.redirectUri);
  const query = new URLSearchParams({ error });
  for (const [from, to] of Object.entries(CARRIED)) {
    const value = request.query.get(from);
    if (value !== null) query.set(to, value);
  }
  url.search = query.toString();
  return url.href;
}
