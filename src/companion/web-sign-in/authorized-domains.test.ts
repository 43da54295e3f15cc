import { describe, expect, it } from 'vitest';
import { authorizedRedirect, domainFault, isAuthorizedOrigin } from './authorized-domains.ts';

const APP = 'https://app.example.com';
const DOMAINS = ['app.example.com', '*.apps.example.com', '127.0.0.1:8080'];

describe('a redirect', () => {
  it.each([
    ['another site', 'https://evil.example/'],
    ['a site whose name begins alike', 'https://app.example.com.evil.example/'],
    ['a site whose name ends alike', 'https://evilapp.example.com/'],
    ['the parent of a wildcard', 'https://apps.example.com/'],
    ['a name that ends like a wildcard', 'https://evilapps.example.com/'],
    ['user information', 'https://app.example.com@evil.example/'],
    ['user information on the right host', 'https://user:secret@app.example.com/'],
    ['a backslash before another host', 'https://evil.example\\@app.example.com/'],
    ['a host in the path', 'https://evil.example/https://app.example.com/'],
    ['a host in the query', 'https://evil.example?app.example.com'],
    ['an encoded host', 'https://app.example.com%2eevil.example/'],
    ['a line break within the scheme', 'ht\ntps://evil.example/'],
    ['plain http', 'http://app.example.com/'],
    ['http on loopback that is not listed', 'http://127.0.0.1:8081/'],
    ['http on a name like loopback', 'http://127.0.0.1.evil.example:8080/'],
    ['a script', 'javascript:alert(1)//app.example.com/'],
    ['data', 'data:text/html,app.example.com'],
    ['no scheme', '//app.example.com/'],
    ['a path', '/'],
    ['another port', 'https://app.example.com:8443/'],
    ['port 80 over https', 'https://app.example.com:80/'],
    ['a trailing dot', 'https://app.example.com./'],
    ['a letter that looks alike', 'https://аpp.example.com/'],
    ['a fragment, into which the code would go', 'https://app.example.com/#/home'],
    ['an empty fragment', 'https://app.example.com/#'],
    ['more than 2048 characters', `https://app.example.com/${'a'.repeat(2048)}`],
    ['nothing', ''],
  ])('is refused to %s', (_what, redirect) => {
    expect(authorizedRedirect(redirect, DOMAINS, false)).toBeUndefined();
  });

  it.each([
    ['the application', `${APP}/path?query=1`, `${APP}/path?query=1`],
    ['it in capitals, with its port', 'HTTPS://APP.EXAMPLE.COM:443/', `${APP}/`],
    ['a host below a wildcard', 'https://one.apps.example.com/', 'https://one.apps.example.com/'],
    ['one further below', 'https://a.b.apps.example.com/', 'https://a.b.apps.example.com/'],
    ['a listed port on loopback', 'http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
    ['what the browser makes of it', 'https:app.example.com\\x\ty', `${APP}/xy`],
  ])('is allowed to %s', (_what, redirect, address) => {
    expect(authorizedRedirect(redirect, DOMAINS, false)?.href).toBe(address);
  });

  it('of an old client has a fragment, which is kept', () => {
    expect(authorizedRedirect(`${APP}/#`, DOMAINS, true)?.href).toBe(`${APP}/#`);
    expect(authorizedRedirect(`${APP}/#token=`, DOMAINS, true)?.href).toBe(`${APP}/#token=`);
    expect(authorizedRedirect(`${APP}/`, DOMAINS, true)).toBeUndefined();
    expect(authorizedRedirect('https://evil.example/#@app.example.com/', DOMAINS, true)).toBeUndefined();
  });
});

it('knows the origins of the domains', () => {
  for (const origin of [APP, 'https://one.apps.example.com', 'http://127.0.0.1:8080'])
    expect(isAuthorizedOrigin(origin, DOMAINS)).toBe(true);
  for (const origin of [
    '',
    'null',
    `${APP}/`,
    'https://apps.example.com',
    'http://app.example.com',
    `${APP}.evil.example`,
  ])
    expect(isAuthorizedOrigin(origin, DOMAINS)).toBe(false);
});

it.each([
  'app.example.com',
  '*.example.com',
  'app.example.com:8443',
  'localhost:3000',
  '[::1]:80',
  'xn--caf-dma.example',
])('takes %s as an authorized domain', (entry) => expect(domainFault(entry)).toBeUndefined());

it.each([
  ['*', /must not be "\*": a sign-in could then end at any site/],
  ['*.com', /two labels or more after "\*\."/],
  ['*.*.com', /two labels/],
  ['app.*.com', /must be a domain/],
  ['*example.com', /must be a domain/],
  ['*.1.1', /must be a domain/],
  ['https://app.example.com', /must be a domain/],
  ['app.example.com/', /must be a domain/],
  ['app.example.com:443', /must be a domain .* with its port unless that is 443/],
  ['APP.example.com', /must be a domain/],
  ['user@app.example.com', /must be a domain/],
  ['192.0.2.1', /must be a domain/],
  ['intranet', /must be a domain/],
  ['', /must be a domain/],
])('does not take "%s" as an authorized domain', (entry, fault) => {
  expect(domainFault(entry)).toMatch(fault);
});
