-- Whatever falls due does so by this clock: those of the instances differ.
create function instant() returns bigint language sql stable as $$
  select (extract(epoch from now()) * 1000)::bigint
$$;

alter table session add column sold_at bigint;
alter table session alter column sold_at set default companion.instant();

create table client_space (
  client_id text primary key,
  space text not null
);
