// The last requests, without secrets.
import { describe, expect, it } from 'vitest';
import { createRequestLog, KEPT_REQUESTS, withoutSecrets } from './request-log.ts';

const get = (path: string) => ({ at: 0, method: 'GET', path });

describe('the log', () => {
  it('keeps the latest requests, latest first', () => {
    const log = createRequestLog();
    for (let n = 0; n < KEPT_REQUESTS + 5; n++) log.note(get(`/${n}`));
    expect(log.list()).toHaveLength(KEPT_REQUESTS);
    expect(log.list()[0]?.path).toBe(`/${KEPT_REQUESTS + 4}`);
    expect(log.list().at(-1)?.path).toBe('/5');
  });

  it('updates the outcome of a request', () => {
    const log = createRequestLog();
    const tell = log.note(get('/a'));
    log.note(get('/b'));
    expect(log.list()[1]).toEqual(get('/a'));
    tell({ fault: 'slow' });
    tell({ status: 200 });
    expect(log.list()[1]).toEqual({ ...get('/a'), fault: 'slow', status: 200 });
    expect(log.list()[0]).toEqual(get('/b'));
    log.clear();
    tell({ status: 'lost' });
    expect(log.list()).toEqual([]);
  });

  it('omits possible tokens', () => {
    const token = 'ab'.repeat(32);
    expect(withoutSecrets(`/v1/destroy/${token}/x`)).toBe('/v1/destroy/…/x');
    expect(withoutSecrets(`/v1/eyJhbGciOiJSUzI1NiJ9.${token}.sig-_`)).toBe('/v1/…');
    expect(withoutSecrets('/.well-known/fxa-client-configuration')).toBe(
      '/.well-known/fxa-client-configuration',
    );
    expect(withoutSecrets('/v1/oauth/client/a1b2c3d4e5f60001')).toBe('/v1/oauth/client/a1b2c3d4e5f60001');
  });
});
