create table account (
  key bytea primary key,
  -- Grows with each change that a new look at the profile would show.
  revision bigint not null default 0,
  -- Sessions proved before it are over.
  valid_after bigint not null default 0,
  metrics boolean not null default false,
  metrics_read_at bigint not null default 0,
  created_at bigint not null
) with (fillfactor = 70);

create table session (
  hash bytea primary key,
  account bytea references account,
  client_id text not null,
  sealed_uid bytea,
  proved_at bigint not null,
  created_at bigint not null,
  seen_at bigint not null,
  ended_reason text,
  ended_at bigint,
  -- How many grants it was given to destroy.
  grants integer not null default 0,
  check ((ended_reason is null) = (ended_at is null)),
  check (ended_reason is not null or (account is not null and sealed_uid is not null))
) with (fillfactor = 80);
create index session_account on session (account);

-- A hash under COMPANION_SECRET: with another secret every account would be a stranger, and nobody would notice.
create table made_with (
  mark bytea primary key
);

-- What was heard about known accounts, each event once, however often it is told.
-- It has no foreign key: that would be looked up for every row of the hottest table.
create table ledger (
  account bytea not null,
  kind text not null,
  mark bytea not null,
  at bigint,
  received_at bigint not null,
  primary key (account, kind, mark)
);
create index ledger_received on ledger using brin (received_at);

create table capability (
  account bytea not null references account on delete cascade,
  name text not null,
  active boolean not null,
  at bigint not null,
  primary key (account, name)
);

-- Deleted accounts, so that nothing that comes late brings one back.
create table tombstone (
  account bytea primary key,
  deleted_at bigint not null
);

create table metric (
  account bytea not null references account on delete cascade,
  client_id text not null,
  day date not null,
  name text not null,
  detail text not null,
  count bigint not null,
  primary key (account, day, client_id, name, detail)
);

create table engaged (
  account bytea not null references account on delete cascade,
  client_id text not null,
  day date not null,
  primary key (account, client_id, day)
);

-- Deliveries about known accounts, for the status page.
create table delivery_count (
  client_id text not null,
  hour bigint not null,
  kind text not null,
  count bigint not null,
  last_at bigint not null,
  primary key (client_id, hour, kind)
);

-- Grants to be destroyed. The row is the truth; its job in graphile_worker is no more than its alarm clock.
create table revocation (
  refresh_token_id text primary key,
  client_id text not null,
  since bigint not null,
  attempts integer not null default 0,
  not_before bigint not null,
  set_aside text,
  last_error text
);
create index revocation_due on revocation (not_before) where set_aside is null;
