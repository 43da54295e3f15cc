create function apply_deliveries(
  accounts bytea[], clients text[], kinds text[], marks bytea[], instants bigint[], received bigint[],
  capability_accounts bytea[], capability_names text[], capability_active boolean[], capability_instants bigint[],
  heard text
) returns void language plpgsql
-- Plans are made once, maybe while the tables are still empty: they must never come to read all of a large one.
set plan_cache_mode to force_generic_plan
set enable_seqscan to off
as $$
declare
  known bytea[];
  opted_out bytea[];
  deleted bytea[];
  latest bigint;
begin
  perform pg_notify('companion_account', heard);

  select array_agg(key) into known
    from (select key from account where key = any(accounts) order by key for update) as locked;
  if known is null then
    return;
  end if;

  with inserted as (
    insert into ledger (account, kind, mark, at, received_at)
    select e.account, e.kind, e.mark, e.at, e.received_at
      from unnest(accounts, kinds, marks, instants, received) as e (account, kind, mark, at, received_at)
      join unnest(known) as k (key) on k.key = e.account
    on conflict do nothing
    returning account, kind, at
  ), change as (
    select
      account,
      max(at) filter (where kind = 'password_change') as valid_after,
      count(*) filter (where kind not in ('password_change', 'delete_user')) as revisions,
      bool_or(kind = 'metrics_opt_out') as opted_out,
      bool_or(kind = 'delete_user') as deleted
    from inserted
    group by account
  ), changed as (
    update account set
      valid_after = greatest(account.valid_after, change.valid_after),
      revision = account.revision + change.revisions,
      metrics = account.metrics and not change.opted_out
    from change
    where account.key = change.account and account.key = any(known)
  )
  select array_agg(account) filter (where change.opted_out), array_agg(account) filter (where change.deleted)
    into opted_out, deleted
    from change;

  insert into delivery_count as counted (client_id, hour, kind, count, last_at)
  select e.client_id, e.received_at / 3600000 * 3600000, e.kind, count(*), max(e.received_at)
    from unnest(accounts, clients, kinds, received) as e (account, client_id, kind, received_at)
    join unnest(known) as k (key) on k.key = e.account
    group by 1, 2, 3
    order by 1, 2, 3
  on conflict (client_id, hour, kind) do update set
    count = counted.count + excluded.count,
    last_at = greatest(counted.last_at, excluded.last_at);

  if cardinality(capability_names) > 0 then
    -- The newest instant wins; of two that say the same instant, the one that takes away.
    insert into capability as c (account, name, active, at)
    select distinct on (e.account, e.name) e.account, e.name, e.active, e.at
      from unnest(capability_accounts, capability_names, capability_active, capability_instants)
        as e (account, name, active, at)
      join unnest(known) as k (key) on k.key = e.account
      order by e.account, e.name, e.at desc, e.active
    on conflict (account, name) do update set active = excluded.active, at = excluded.at
      where excluded.at > c.at or (excluded.at = c.at and not excluded.active);
  end if;

  if opted_out is not null then
    perform forget_metrics(opted_out);
  end if;

  if deleted is not null then
    select max(r) into latest from unnest(received) as r;
    insert into tombstone (account, deleted_at) select d, latest from unnest(deleted) as d on conflict do nothing;
    update session set
      account = null,
      sealed_uid = null,
      ended_reason = coalesce(ended_reason, 'account_deleted'),
      ended_at = coalesce(ended_at, latest)
    where account = any(deleted);
    perform erase_accounts(deleted);
  end if;
end
$$;

create function forget_metrics(accounts bytea[]) returns void language sql as $$
  delete from metric where account = any(accounts);
  delete from engaged where account = any(accounts);
$$;

-- Capabilities, metrics and the rest go with the account they refer to.
create function erase_accounts(accounts bytea[]) returns void language sql as $$
  delete from ledger where account = any(accounts);
  delete from account where key = any(accounts);
$$;
