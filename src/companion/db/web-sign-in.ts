// Sign-ins of web applications: states and one-time codes, each taken by one statement that also deletes it.
import type { WebCode, WebSignIns, WebState } from '../store.ts';
import type { Database } from './database.ts';

const SAVE_STATE = `
  insert into companion.web_state (hash, browser, client, redirect, challenge, expires_at)
  values ($1, $2, $3, $4, $5, companion.instant() + $6)`;
const TAKE_STATE = `
  delete from companion.web_state where hash = $1 and browser = $2 and expires_at > companion.instant()
  returning client, redirect, challenge`;
const SAVE_CODE = `
  insert into companion.web_code (hash, client, origin, challenge, sealed, expires_at)
  values ($1, $2, $3, $4, $5, companion.instant() + $6)`;
const TAKE_CODE = `
  delete from companion.web_code where hash = $1 and expires_at > companion.instant()
  returning client, origin, challenge, sealed`;

/** The store of sign-ins of web applications: states and one-time codes, each taken once. */
export function webSignIns(database: Database): WebSignIns {
  /** The one row, whose deletion is on disk before anything is done with it. */
  const take = async <Row extends object>(text: string, values: readonly unknown[], name: string) => {
    const [row] = await database.query<Row>(text, values, name);
    if (row !== undefined) await database.flush();
    return row;
  };
  return {
    saveWebState: async ({ hash, browser, client, redirect, challenge, lifetime }) => {
      await database.query(
        SAVE_STATE,
        [hash, browser, client, redirect, challenge ?? null, lifetime],
        'save_web_state',
      );
    },
    takeWebState: async (hash, browser) => {
      type Row = Omit<WebState, 'challenge'> & { readonly challenge: string | null };
      const row = await take<Row>(TAKE_STATE, [hash, browser], 'take_web_state');
      return row && { ...row, challenge: row.challenge ?? undefined };
    },
    saveWebCode: async ({ hash, client, origin, challenge, sealed, lifetime }) => {
      await database.query(SAVE_CODE, [hash, client, origin, challenge, sealed, lifetime], 'save_web_code');
    },
    takeWebCode: (hash) => take<WebCode>(TAKE_CODE, [hash], 'take_web_code'),
  };
}
