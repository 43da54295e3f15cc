// Vectors of others against our JWS: Project Wycheproof's, all algorithms, and jose as the judge beside ours.
import { compactVerify, importJWK } from 'jose';
import type { JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { publicKeys } from '../../src/companion/security-events/public-keys.ts';
import { Refusal } from '../../src/companion/security-events/refusal.ts';
import { verifySignature } from '../../src/companion/security-events/signature.ts';
import wycheproof from './wycheproof-jws.json' with { type: 'json' };

const vectors = wycheproof.groups.flatMap(({ key, tests }) => tests.map((test) => ({ ...test, key })));

/** As a token would meet this key in a key set, under whatever id it gives. */
async function ours(jws: string, key: JWK): Promise<'accepted' | 'refused'> {
  try {
    await verifySignature(jws, (kid) => {
      let found;
      try {
        found = publicKeys({ keys: [{ ...key, kid: key.kid ?? kid }] }).get(kid);
      } catch {
        // No key of it is for RS256.
      }
      if (!found) throw new Refusal('key');
      return found;
    });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return 'refused';
  }
}

async function joses(jws: string, key: JWK): Promise<'accepted' | 'refused'> {
  try {
    await compactVerify(jws, await importJWK(key, key.alg ?? 'RS256'), { algorithms: ['RS256'] });
    return 'accepted';
  } catch {
    return 'refused';
  }
}

describe('Wycheproof', () => {
  it('has 401 vectors, 8 of them valid and under RS256', () => {
    expect(vectors).toHaveLength(401);
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(401);
    expect(vectors.filter(fit)).toHaveLength(8);
  });

  it.each(vectors.filter(fit))('accepts $id: $comment', async ({ jws, key }) => {
    expect([await ours(jws, key), await joses(jws, key)]).toEqual(['accepted', 'accepted']);
  });

  it('refuses all others', async () => {
    const accepted = [];
    for (const { id, jws, key } of vectors.filter((vector) => !fit(vector))) {
      if ((await ours(jws, key)) === 'accepted') accepted.push(id);
    }
    expect(accepted).toEqual([]);
  });
});

function fit({ result, key }: (typeof vectors)[number]): boolean {
  return result === 'valid' && key.alg === 'RS256';
}
