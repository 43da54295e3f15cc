// COMPANION_CLIENTS: a JSON list of clients, each member checked.
import * as v from 'valibot';
import { parameterFault } from '../fxa/authorization-parameters.ts';
import { secureUrl } from '../fxa/secure-url.ts';
import type { Client } from './clients.ts';

const NAME = /^[a-z0-9-]{1,40}$/;
const LIST = 'must be a JSON list of at least one client';
const ORIGIN = 'origin must be an origin such as "https://example.com"';

/** Parses a JSON list of items with names. Messages continue after the name of the setting, and repeat no value. */
export const namedList = <T extends v.GenericSchema<unknown, { readonly name: string }>>(
  item: T,
  fault: string,
) =>
  v.pipe(
    v.string(),
    v.parseJson(undefined, fault),
    v.array(item, fault),
    v.nonEmpty(fault),
    v.checkItems(
      ({ name }, index, items) => items.findIndex((other) => other.name === name) === index,
      'its name is used twice',
    ),
  );

/** A list of scopes. */
export const scopes = (fault: string, byDefault = '') =>
  v.pipe(
    v.optional(v.string(fault), byDefault),
    v.check((scope) => parameterFault('scope', scope) === undefined, fault),
  );

/** A member that may not be left out; it then has the same fault as an empty one. */
const text = (pattern: RegExp, fault: string) =>
  v.pipe(v.optional(v.string(fault), ''), v.regex(pattern, fault));

const CLIENT = v.strictObject(
  {
    clientId: text(/^[0-9a-f]{16}$/, 'clientId must be 16 hexadecimal digits'),
    name: text(NAME, 'name must consist of lower-case letters, digits and "-"'),
    scope: scopes('scope must list the scopes its tokens must have, such as "profile:uid"'),
    space: v.optional(text(NAME, 'space must consist of lower-case letters, digits and "-"')),
    jwt: v.optional(v.boolean('jwt must be true or false'), false),
    everywhere: v.exactOptional(v.boolean('everywhere must be true or false')),
    origin: v.exactOptional(
      v.pipe(
        v.string(ORIGIN),
        v.check((origin) => secureUrl(origin)?.origin === origin, ORIGIN),
      ),
    ),
  },
  'the only members are clientId, name, scope, space, jwt, everywhere, origin',
);

/**
 * One client id may appear under two names, for tokens of different scopes; its events then apply to both, so they must
 * share a space.
 */
export const clientList = v.pipe(
  namedList(CLIENT, LIST),
  v.transform((listed): readonly Client[] =>
    listed.map((client) => {
      const first = listed.find(({ clientId }) => clientId === client.clientId) ?? client;
      return { ...client, space: client.space ?? first.space ?? first.name };
    }),
  ),
  v.checkItems(
    ({ clientId, space }, _, clients) =>
      clients.find((other) => other.clientId === clientId)?.space === space,
    'its clientId is listed above with another space',
  ),
);
