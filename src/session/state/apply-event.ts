// Applies an event of the session's state machine to the record.
import { addToJournal, type StoredRecord } from './record.ts';
import { baseState } from './states.ts';
import type { SessionEvent } from './events.ts';
import { transition, transitionReason } from './transition.ts';

/**
 * The record after an event, including the journal; the same object if the event came too late. Changes of the session
 * beneath a running attempt are journaled too. Pure.
 */
export function applyEvent(record: StoredRecord, event: SessionEvent, at: number): StoredRecord {
  const session = transition(record.session, event);
  if (session === record.session) return record;
  const next = { ...record, session };
  const beneath = session.status === 'signingIn' && record.session.status === 'signingIn';
  const from = beneath ? baseState(record.session).status : record.session.status;
  const to = beneath ? baseState(session).status : session.status;
  return from === to ? next : addToJournal(next, { at, from, to, why: transitionReason(event, session) });
}
