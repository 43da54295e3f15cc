// Where the companion tries whether it could write. The low fill factor has each row of a kilobyte take a new page, as rows of
// events do when their pages are full: a disk without room is noticed before an event is.

export const health = `
create table companion.health (filler text not null) with (fillfactor = 10, autovacuum_vacuum_threshold = 20)
`;
