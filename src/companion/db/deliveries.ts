// Stores account events in batches; the rules are in SQL (migrations/0002-apply.sql).
import { createHash } from 'node:crypto';
import type { AccountEvent } from '../security-events/types.ts';
import type { Delivery, Store } from '../store.ts';
import { batched } from './batch.ts';
import type { Database } from './database.ts';
import { formatNotification, notify } from './notifications.ts';
import { isRotated, rekey } from './rotation.ts';

/** 256 entries in one notification fit PostgreSQL's limit of 8000 bytes. */
const BATCH = { size: 256, limit: 4096, separable: isOfOneRow };

/**
 * Events of unknown accounts write nothing. Rows are locked in key order (accounts, then counters), so that instances
 * can run this concurrently. The parameters are columns: one row per event, one per capability.
 */
const APPLY = 'select companion.apply_current($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)';

/** Implements `Store.apply`. */
export function deliveries(database: Database): Pick<Store, 'apply'> {
  const write = async (batch: readonly Delivery[]) => {
    const rotated = batch.filter(isRotated);
    if (rotated.length === 0) await database.query(APPLY, columns(batch), 'apply_deliveries');
    else
      await database.transaction(async (transaction) => {
        await rekey(transaction, rotated);
        const formerly = rotated.map(({ former, ...more }) => ({ ...more, account: former }));
        await notify(transaction, formatNotification(formerly));
        await transaction.query(APPLY, columns(batch), 'apply_deliveries');
      });
    await database.flush();
  };
  return { apply: batched(write, { ...BATCH, gather: database.gather }) };
}

function columns(batch: readonly Delivery[]): unknown[] {
  const rows = batch.flatMap((delivery) =>
    delivery.events.map((event) => ({
      delivery,
      event,
      account: delivery.account,
      instant: 'changedAt' in event ? Math.trunc(event.changedAt) : null,
    })),
  );
  const capabilities = rows.flatMap(({ event, ...row }) =>
    event.kind === 'subscription_state_change'
      ? event.capabilities.map((name) => ({ ...row, name, isActive: event.isActive }))
      : [],
  );
  return [
    rows.map(({ account }) => account),
    rows.map(({ delivery }) => delivery.clientId),
    rows.map(({ event }) => event.kind),
    rows.map(({ event, delivery }) => eventId(event, delivery)),
    rows.map(({ instant }) => instant),
    rows.map(({ delivery }) => delivery.at),
    capabilities.map(({ account }) => account),
    capabilities.map(({ name }) => name),
    capabilities.map(({ isActive }) => isActive),
    capabilities.map(({ instant }) => instant),
    formatNotification(batch),
  ];
}

/** Identifies an event across repeated deliveries. FxA: each attempt is a new token, so the token can't. */
function eventId(event: AccountEvent, { mark }: Delivery): Buffer {
  switch (event.kind) {
    case 'password_change':
      return Buffer.from(String(event.changedAt));
    case 'subscription_state_change': {
      const { capabilities, isActive, changedAt } = event;
      const meaning = JSON.stringify([changedAt, isActive, capabilities.toSorted()]);
      return createHash('sha256').update(meaning).digest();
    }
    case 'profile_change':
    case 'delete_user':
    case 'metrics_opt_out':
    case 'metrics_opt_in':
      return mark;
  }
}

/**
 * PostgreSQL: classes 22, 23 and 40 are about data, constraints and conflicts; all others about the server or
 * connection.
 */
function isOfOneRow(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(22|23|40)...$/.test(String(error.code));
}
