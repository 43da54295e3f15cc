// Runs the contract: discovery first, then every check in turn, then the lines that need an account.
import { accountLines } from './account-checks.ts';
import type { SignIn } from './account-steps.ts';
import { askFor } from './answer.ts';
import { documentChecks } from './common-checks.ts';
import { fxaClientChecks, fxaCorsChecks, fxaServerChecks } from './fxa-checks.ts';
import { evaluate, skipped, type Check, type Line } from './evaluate.ts';
import type { BrowserClient } from './settings.ts';
import { standardClientChecks, standardCorsChecks, standardServerChecks } from './standard-checks.ts';
import { findTarget, type Target } from './target.ts';

export interface Contract {
  /** What kind of servers they are; undefined when that could not be found out. */
  readonly generation: string | undefined;
  readonly lines: readonly Line[];
}

/**
 * Asks one thing after the other: these servers limit requests per address. `signIn` is absent without an account.
 *
 * @throws never for what a server does: that is a line.
 */
export async function runContract(
  clients: readonly BrowserClient[],
  { send, signIn }: { readonly send: typeof fetch; readonly signIn?: SignIn | undefined },
): Promise<Contract> {
  const { target, lines } = await findTarget(clients, send);
  if (target === undefined) {
    const rest = skipped('Everything else', 'needs the endpoints', 'not asked');
    return { generation: undefined, lines: [...lines, rest] };
  }
  const evaluated: Line[] = [];
  for (const check of await checksFor(target))
    evaluated.push(evaluate(check, await askFor(check.request, send)));
  const [client] = clients;
  const account =
    signIn === undefined || client === undefined
      ? [
          skipped(
            'With the account',
            'signing in, tokens, profile',
            'not asked: set FXA_EMAIL and FXA_PASSWORD',
          ),
        ]
      : await accountLines(target.endpoints, client, signIn, send);
  return { generation: target.generation, lines: [...lines, ...evaluated, ...account] };
}

async function checksFor({ endpoints, clients }: Target): Promise<readonly Check[]> {
  const standard = endpoints.dialect === 'oauth2';
  const [ofClient, ofCors, ofServer] = standard
    ? [standardClientChecks, standardCorsChecks, standardServerChecks]
    : [fxaClientChecks, fxaCorsChecks, fxaServerChecks];
  const checks: Check[] = [];
  for (const client of clients) checks.push(...(await ofClient(endpoints, client)));
  for (const client of clients)
    checks.push(...documentChecks(endpoints, client), ...ofCors(endpoints, client));
  const [first] = clients;
  if (first !== undefined) checks.push(...ofServer(endpoints, first.config.clientId));
  return checks;
}
