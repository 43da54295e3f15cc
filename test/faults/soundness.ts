// What must be true of what lies in storage, at any moment at all.
import { isDeepStrictEqual } from 'node:util';
import { parseRecord } from '../../src/session/record.ts';
import { project } from '../../src/session/view.ts';
import type { FaultWorld } from './world.ts';

/** What is wrong with what lies in storage; nothing is stored before the first use. */
export function unsound(world: FaultWorld): string[] {
  const { host, config } = world;
  const stored = host.local.get('record');
  if (stored === undefined) return [];
  const wrong: string[] = [];
  try {
    const record = parseRecord(stored, `${config.issuer} ${config.clientId}`);
    if (!isDeepStrictEqual(host.local.get('view'), structuredClone(project(record, host.policy))))
      wrong.push('the view is not what the record says');
  } catch {
    return ['the record cannot be read'];
  }
  return [...wrong, ...spilled(world)];
}

/** Secrets where they must not be: tokens and codes are 64 hexadecimal digits, and ids of grants are meant to lie there. */
function spilled({ host, standin }: FaultWorld): string[] {
  const { tokens } = standin.store;
  const local = JSON.stringify([...host.local]);
  const seen = new Set(local.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g));
  const secret = [...seen].filter(
    (text) => tokens.findAccessToken(text) ?? tokens.findRefreshToken(text) ?? tokens.findCode(text),
  );
  return secret.length > 0 ? ['a token or code lies in storage.local'] : [];
}

/** Secrets in `storage.session` that belong to nobody any more. To be asked after a tend. */
export function leftovers({ host, record }: FaultWorld): string[] {
  const held = Object.keys(host.memory.get('secrets') ?? {});
  const session = record()?.session;
  const base = session?.status === 'signingIn' ? session.previous : session;
  const owners = [
    session?.status === 'signingIn' ? session.attempt.id : undefined,
    base?.status === 'signedIn' ? base.id : undefined,
  ];
  const seats = [host.local.get('companion'), host.memory.get('companion')].flatMap((one) =>
    Object.keys(one ?? {}),
  );
  return [
    ...held
      .filter((owner) => !owners.includes(owner))
      .map(() => 'a secret of nobody lies in storage.session'),
    ...seats.filter((owner) => !owners.includes(owner)).map(() => 'a companion session of nobody is held'),
  ];
}
