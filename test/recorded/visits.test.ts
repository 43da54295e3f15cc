// The runner's visits of the sign-in page held against ends that are made up: each must be reached, and be what it is.
import { expect, it } from 'vitest';
import type { Exchange } from './exchange.ts';
import { ANN, exchange, expectSame, idToken, PUBLIC, REDIRECT } from './made-up.ts';

const BOTH = ['2023', 'today'] as const;
const EMAIL = 'cleo@example.com';
const CODE = `${REDIRECT}?code=${'c'.repeat(64)}&state=s`;
const PAGE = 'http://127.0.0.1:9430';

function visit(title: string, end: { ended?: string; text?: string }, more: Record<string, string> = {}) {
  const { client_id: clientId = PUBLIC, ...others } = more;
  const query = new URLSearchParams({
    ...(clientId === '' ? {} : { client_id: clientId }),
    redirect_uri: REDIRECT,
    scope: 'openid profile',
    state: 's',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
    ...others,
  });
  const answer = { ended: `${PAGE}/authorization`, text: '', fields: {}, ...end };
  return exchange(title, `/authorization?${query.toString()}`, undefined, answer, { status: 0 });
}

const untrusted = exchange('client of an untrusted site', `/v1/client/${PUBLIC}`, undefined, {
  id: PUBLIC,
  name: 'Site',
  trusted: false,
  image_uri: '',
  redirect_uri: REDIRECT,
});

const SCOPE = 'openid profile:uid';
const HINT = { prompt: 'none', id_token_hint: idToken(ANN) };

it.each<[string, Exchange, Exchange[]]>([
  [
    'the page that asks for permission',
    visit(
      'permission',
      { ended: `${PAGE}/signin_permissions`, text: `Site is requesting ${EMAIL}` },
      { scope: SCOPE },
    ),
    [untrusted],
  ],
  ['the page that asks for the mail’s code', visit('new', { text: 'Enter confirmation code' }), []],
  ['the client, after a sign-up', visit('new', { ended: `${CODE}&action=signup` }), []],
  ['the client, with a hint that fits', visit('silent', { ended: CODE }, HINT), []],
  [
    'the client, with the hint of another account',
    visit('silent', { ended: `${REDIRECT}?error=account_selection_required&state=s` }, HINT),
    [],
  ],
  [
    'the client, since the account is not confirmed',
    visit('silent', { ended: `${REDIRECT}?error=interaction_required&state=s` }, HINT),
    [],
  ],
  [
    'an error, for want of a client',
    visit('no client', { text: 'Bad Request Missing OAuth parameter: client_id' }, { client_id: '' }),
    [],
  ],
])('ends at %s', (_, made, others) => expectSame(BOTH, made, visit('usual', {}), ...others));

it('tells one end from another', async () => {
  const permission = visit('permission', { text: 'Site is requesting' }, { scope: SCOPE });
  await expect(expectSame(['2023'], permission, visit('usual', {}))).rejects.toThrow(/permission/);
});
