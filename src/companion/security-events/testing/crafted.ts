// SETs that must be refused, and a few unusual ones that must be accepted.
import { createHmac, createSign, constants } from 'node:crypto';
import type { RefusalReason } from '../refusal.ts';
import { CHROMIUM, EVENT, FIREFOX, ISSUER, NOW, claims, encode, seal, set } from './tokens.ts';
import type { Signer } from './tokens.ts';

export interface Crafted {
  readonly what: string;
  readonly token: string;
  readonly is: 'accepted' | RefusalReason;
}

/** `keyUrl`: a listener that counts requests for keys. */
export function crafted(good: Signer, stranger: Signer, keyUrl: string): Crafted[] {
  const ordinary = set(good);
  const [head = '', body = '', tail = ''] = ordinary.split('.');
  const header = { alg: 'RS256', kid: good.kid };
  const pem = good.publicKey.export({ type: 'spki', format: 'pem' });
  const all: Crafted[] = [];
  const add = (is: Crafted['is'], what: string, token: string) => void all.push({ what, token, is });
  const said = (is: Crafted['is'], what: string, change: Readonly<Record<string, unknown>>) =>
    add(is, what, set(good, claims(change)));
  const headed = (is: Crafted['is'], what: string, change: object) =>
    add(is, what, set(good, claims(), change));

  add('accepted', 'an ordinary one', ordinary);
  said('accepted', 'an issuer with a slash', { iss: `${ISSUER}/` });
  said('accepted', 'our other client', { aud: CHROMIUM.clientId });
  said('accepted', 'an audience of one, as a list', { aud: [FIREFOX.clientId] });
  said('accepted', 'a whole iat', { iat: Math.floor(NOW / 1000) });
  said('accepted', 'an iat half a minute ahead', { iat: NOW / 1000 + 30 });
  said('accepted', 'an iat of 23 hours ago', {
    iat: NOW / 1000 - 23 * 3600,
    events: { [`${EVENT}delete-user`]: {} },
  });
  said('accepted', 'an exp to come', { exp: NOW / 1000 + 300 });
  said('accepted', 'unknown claims', { txn: 'x', toe: 1, sub_id: {} });
  said('accepted', 'an unknown event', { events: { [`${EVENT}unheard-of`]: {} } });
  headed('accepted', 'typ secevent+jwt', { typ: 'secevent+jwt' });
  headed('accepted', 'typ JWT', { typ: 'JWT' });

  const none = encode({ alg: 'none', kid: good.kid });
  add('algorithm', 'alg none', `${none}.${body}.`);
  add('algorithm', 'alg none and a signature', seal(none, body, good));
  headed('algorithm', 'alg nOnE', { alg: 'nOnE' });
  headed('algorithm', 'no alg', { alg: undefined });
  headed('algorithm', 'alg in small letters', { alg: 'rs256' });
  headed('algorithm', 'alg as a list', { alg: ['RS256'] });
  const secret = encode({ alg: 'HS256', kid: good.kid });
  const mac = createHmac('sha256', pem).update(`${secret}.${body}`).digest('base64url');
  add('algorithm', 'HS256, the public key as the secret', `${secret}.${body}.${mac}`);
  for (const size of ['384', '512']) {
    const longer = encode({ alg: `RS${size}`, kid: good.kid });
    add('algorithm', `RS${size}`, seal(longer, body, good, `RSA-SHA${size}`));
  }
  const pss = encode({ alg: 'PS256', kid: good.kid });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const salted = (first: string) =>
    `${first}.${body}.` +
    createSign('RSA-SHA256')
      .update(`${first}.${body}`)
      .sign({ key: good.privateKey, padding, saltLength: 32 }, 'base64url');
  add('algorithm', 'PS256', salted(pss));
  add('signature', 'PS256 under RS256', salted(head));
  add('signature', 'RS512 under RS256', seal(head, body, good, 'RSA-SHA512'));

  headed('extension', 'crit', { crit: ['x'], x: 1 });
  headed('extension', 'an empty crit', { crit: [] });
  headed('extension', 'crit null', { crit: null });
  headed('extension', 'b64 false', { crit: ['b64'], b64: false });
  headed('extension', 'b64 true', { b64: true });

  headed('key', 'no kid', { kid: undefined });
  headed('key', 'an empty kid', { kid: '' });
  headed('key', 'a kid that is a number', { kid: 1 });
  headed('key', 'a kid that is a list', { kid: [good.kid] });
  headed('key', 'a kid with dots and slashes', { kid: `../../${good.kid}` });
  headed('key', 'a kid with a quote', { kid: "' or 1=1 --" });
  headed('key', 'a kid of the prototype', { kid: '__proto__' });
  headed('key', 'a kid longer than any', { kid: 'k'.repeat(257) });
  headed('malformed', 'a kid of 64 KB', { kid: 'k'.repeat(65536) });
  headed('key', 'an unknown kid', { kid: stranger.kid });
  add('key', 'a stranger with a key set of theirs', set(stranger, claims(), { jku: keyUrl, x5u: keyUrl }));
  add('key', 'a stranger with a key of theirs', set(stranger, claims(), { jwk: stranger.jwk }));
  const forged = { kid: good.kid, jwk: stranger.jwk, jku: keyUrl, x5u: keyUrl, x5c: ['AAAA'] };
  add('signature', 'a stranger under our kid', set(stranger, claims(), { kid: good.kid }));
  add('signature', 'a stranger under our kid, with a key of theirs', set(stranger, claims(), forged));
  headed('accepted', 'our own, with a key set that is never asked', { jku: keyUrl, x5u: keyUrl });

  add('malformed', 'nothing', '');
  add('malformed', 'two parts', `${head}.${body}`);
  add('malformed', 'four parts', `${ordinary}.${tail}`);
  add('malformed', 'an empty header', `.${body}.${tail}`);
  add('signature', 'no signature', `${head}.${body}.`);
  add('signature', 'half a signature', `${head}.${body}.${tail.slice(0, 171)}`.slice(0, -1) + 'A');
  add('malformed', 'a padded signature', `${ordinary}==`);
  add('malformed', 'stray bits at the end', `${ordinary.slice(0, -1)}${stray(ordinary)}`);
  add(
    'malformed',
    'base64 instead of base64url',
    `${head}.${body}.${Buffer.alloc(256, 255).toString('base64')}`,
  );
  add('malformed', 'white space', ` ${ordinary}`);
  add('malformed', 'a line break within', `${head}.\n${body}.${tail}`);
  add('malformed', 'a foreign letter', `${head}é.${body}.${tail}`);
  add('malformed', 'a header that is no JSON', seal(encode('{'), body, good));
  add('malformed', 'a header that is a list', seal(encode([header]), body, good));
  add('malformed', 'a payload that is no JSON', seal(head, encode('events'), good));
  add('malformed', 'a payload that is a list', seal(head, encode([claims()]), good));
  add('malformed', 'a payload that is null', seal(head, encode(null), good));
  add('malformed', 'an empty payload', seal(head, '', good));
  const halves = Buffer.concat([Buffer.from('{"iss":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  add('malformed', 'a payload that is no UTF-8', seal(head, halves.toString('base64url'), good));
  add('signature', 'another payload', `${head}.${encode(claims({ sub: '00'.repeat(16) }))}.${tail}`);
  add('signature', 'another header', `${encode({ kid: good.kid, alg: 'RS256' })}.${body}.${tail}`);
  return all;
}

/** The last letter encoding 256 bytes has four unused bits; this is another letter for the same bytes. */
function stray(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(token.at(-1) ?? '') + 1] ?? '';
}
