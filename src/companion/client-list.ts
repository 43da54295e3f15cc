// COMPANION_CLIENTS: a JSON list of clients, each member checked.
import * as v from 'valibot';
import { parameterFault } from '../fxa/authorization-parameters.ts';
import { secureUrl } from '../fxa/secure-url.ts';
import type { Client } from './clients.ts';

const NAME = /^[a-z0-9-]{1,40}$/;
const LIST = 'must be a JSON list of at least one client';
const SCOPE = 'scope must list the scopes its tokens must have, such as "profile:uid"';
const ORIGIN = 'origin must be an origin such as "https://example.com"';

/** A member that may not be left out; it then has the same fault as an empty one. */
const text = (pattern: RegExp, fault: string) =>
  v.pipe(v.optional(v.string(fault), ''), v.regex(pattern, fault));

const CLIENT = v.strictObject(
  {
    clientId: text(/^[0-9a-f]{16}$/, 'clientId must be 16 hexadecimal digits'),
    name: text(NAME, 'name must consist of lower-case letters, digits and "-"'),
    scope: v.pipe(
      v.optional(v.string(SCOPE), ''),
      v.check((scope) => parameterFault('scope', scope) === undefined, SCOPE),
    ),
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
 * Parses the list. One client id may appear under two names, for tokens of different scopes; its events then apply to
 * both, so they must share a space. Messages continue after the name of the setting, and repeat no value.
 */
export const clientList = v.pipe(
  v.string(),
  v.parseJson(undefined, LIST),
  v.array(CLIENT, LIST),
  v.nonEmpty(LIST),
  v.transform((listed): readonly Client[] =>
    listed.map((client) => {
      const first = listed.find(({ clientId }) => clientId === client.clientId) ?? client;
      return { ...client, space: client.space ?? first.space ?? first.name };
    }),
  ),
  v.checkItems(
    ({ name }, index, clients) => clients.findIndex((other) => other.name === name) === index,
    'its name is used twice',
  ),
  v.checkItems(
    ({ clientId, space }, _, clients) =>
      clients.find((other) => other.clientId === clientId)?.space === space,
    'its clientId is listed above with another space',
  ),
);
