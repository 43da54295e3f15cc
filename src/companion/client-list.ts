// Parses COMPANION_CLIENTS: a JSON list of clients, each member checked.
import { parameterFault } from '../fxa/authorization-parameters.ts';
import { secureUrl } from '../fxa/secure-url.ts';
import type { Client } from './clients.ts';

const MEMBERS = ['clientId', 'name', 'scope', 'space', 'jwt', 'origin'];

/**
 * Parses the list. One client id may appear under two names, for tokens of different scopes; its events then apply to
 * both, so they must share a space.
 *
 * @throws Error whose message continues after the name of the setting, and repeats no value.
 */
export function parseClients(value: string): readonly Client[] {
  const listed = parsedJson(value);
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new Error('must be a JSON list of at least one client');
  }
  const clients: Client[] = [];
  for (const entry of listed as unknown[]) {
    try {
      clients.push(readClient(entry, clients));
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`has an error in client ${clients.length + 1}: ${message}`, { cause: error });
    }
  }
  return clients;
}

function readClient(entry: unknown, before: readonly Client[]): Client {
  const {
    clientId,
    name,
    scope,
    space,
    jwt = false,
    origin,
    ...rest
  } = Object(entry) as Record<string, unknown>;
  if (Object.keys(rest).length > 0) throw new Error(`the only members are ${MEMBERS.join(', ')}`);
  if (typeof clientId !== 'string' || !/^[0-9a-f]{16}$/.test(clientId)) {
    throw new Error('clientId must be 16 hexadecimal digits');
  }
  if (!isName(name)) throw new Error('name must consist of lower-case letters, digits and "-"');
  if (before.some((other) => other.name === name)) throw new Error('its name is used twice');
  const same = before.find((other) => other.clientId === clientId);
  const itsSpace = space ?? same?.space ?? name;
  if (!isName(itsSpace)) throw new Error('space must consist of lower-case letters, digits and "-"');
  if (same && same.space !== itsSpace) throw new Error('its clientId is listed above with another space');
  if (typeof scope !== 'string' || parameterFault('scope', scope) !== undefined) {
    throw new Error('scope must list the scopes its tokens must have, such as "profile:uid"');
  }
  if (typeof jwt !== 'boolean') throw new Error('jwt must be true or false');
  if (origin !== undefined && (typeof origin !== 'string' || secureUrl(origin)?.origin !== origin)) {
    throw new Error('origin must be an origin such as "https://example.com"');
  }
  return { clientId, name, scope, space: itsSpace, jwt, ...(origin !== undefined && { origin }) };
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z0-9-]{1,40}$/.test(value);

function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // The parser's message would quote the input.
    return undefined;
  }
}
