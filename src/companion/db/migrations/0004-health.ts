// The table the health check writes to. The low fill factor makes each 1 kB row take a new page, as rows of events do
// when their pages are full, so that a full disk is noticed before an event meets it.

export const health = `
create table companion.health (filler text not null) with (fillfactor = 10, autovacuum_vacuum_threshold = 20)
`;
