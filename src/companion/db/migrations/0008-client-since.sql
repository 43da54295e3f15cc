-- Silence is counted from here until a client's first event, whatever restarts meanwhile.
alter table client_space add column since bigint not null default companion.instant();
