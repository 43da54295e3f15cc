// Where issued tokens are recorded when the disk is full: only where they can't be destroyed at once.
import { beforeEach, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import { createContext } from '../context.ts';
import { recordIssued } from './complete.ts';

const issuer = 'http://127.0.0.1:9';
const refreshToken = 'ab'.repeat(32);

let host: Host;
beforeEach(() => {
  host = createHost();
  host.refuse = (call) => {
    if (call.startsWith('local.set')) throw new Error('The disk is full.');
  };
});

/** Records the grant, and resolves with the outbox. */
async function record(dialect: object) {
  const endpoints = { ...mockServerEndpoints(issuer), ...dialect };
  const deployment = { name: 'local', clientId: 'client', endpoints } as const;
  const config = { ...deployment, environment: 'local', issuer, scope: 'profile' } as const;
  const context = createContext(host.start().ports, config, () => Promise.resolve());
  await recordIssued(context, deployment, 'a1', { refresh_token: refreshToken });
  return (await context.store.read()).outbox;
}

it('with a full disk, the sealed token of a server of the standards is kept in memory', async () => {
  expect(await record({ dialect: 'oauth2' })).toMatchObject([
    { owner: 'a1', revokedByToken: { sealed: `sealed:${btoa(refreshToken)}` } },
  ]);
});

it('with a full disk, recording a grant of FxA fails, so that it is destroyed at once', async () => {
  await expect(record({})).rejects.toThrow('The disk is full.');
  expect(host.memory.get('unwritten')).toBeUndefined();
});
