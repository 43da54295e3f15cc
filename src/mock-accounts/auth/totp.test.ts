import { describe, expect, it } from 'vitest';
import { TEST_CLIENT } from '../testing/drive.ts';
import { fresh } from '../testing/fresh.ts';
import { totpCode } from './totp.ts';

describe('two-step sign-in', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [20_000_000_000, '353130'],
  ])('computes the codes of RFC 6238, appendix B, at second %i', (seconds, code) => {
    expect(totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', seconds * 1000)).toBe(code);
  });

  it('is demanded of an account that has it, before any code is issued', async () => {
    const { driver, mock, clock } = fresh('2023');
    const session = driver.bearer(await driver.signIn('tove@example.com'));
    const pkce = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
    const request = { client_id: TEST_CLIENT, scope: 'openid', state: 's', acr_values: 'AAL2', ...pkce };
    const ask = async () => (await driver.post('/v1/oauth/authorization', request, session)).body;
    expect(await ask()).toMatchObject({ errno: 138 });
    const secret = mock.store.accounts.byEmail('tove@example.com')?.totpSecret ?? '';
    const confirm = (at: number) =>
      driver.post('/v1/session/verify/totp', { code: totpCode(secret, at) }, session);
    expect((await confirm(clock.now - 3_600_000)).body).toEqual({ success: false });
    expect((await confirm(clock.now)).body).toEqual({ success: true });
    expect(await ask()).toHaveProperty('code');
  });
});
