-- A secret that is being replaced: some accounts are still known by hashes under it.
alter table made_with add column retiring boolean not null default false;

-- Accounts known under the new secret, by their former key: instances that don't know the new one yet use that.
create table rekeyed (
  former bytea primary key,
  key bytea not null
);

create function current_key(wanted bytea) returns bytea language sql stable as $$
  select coalesce((select key from companion.rekeyed where former = wanted), wanted)
$$;

-- Volatile, so that each call sees what was committed before it.
create function current_keys(keys bytea[]) returns bytea[] language plpgsql
set plan_cache_mode to force_generic_plan
set enable_seqscan to off
as $$
begin
  if not exists (select from companion.rekeyed where former = any(keys)) then
    return keys;
  end if;
  return array(
    select coalesce(r.key, k.key) from unnest(keys) with ordinality as k (key, n)
      left join companion.rekeyed r on r.former = k.key
      order by k.n
  );
end
$$;

-- As `accountName`.
create function account_name(key bytea) returns text language sql immutable as $$
  select translate(encode(substr(key, 1, 16), 'base64'), '+/=', '-_')
$$;

-- Moves accounts and tombstones to their new keys. Each row of the account is locked before any of the rest.
create function rekey(formers bytea[], keys bytea[]) returns void language plpgsql
set search_path to companion, pg_temp
set plan_cache_mode to force_generic_plan
set enable_seqscan to off
as $$
begin
  perform from account a where a.key = any(formers || keys) order by a.key for update;
  insert into tombstone (account, deleted_at)
    select p.key, min(t.deleted_at) from tombstone t join unnest(formers, keys) as p (former, key) on p.former = t.account
    group by p.key
    on conflict do nothing;
  select array_agg(p.former), array_agg(p.key) into formers, keys
    from (select distinct former, key from unnest(formers, keys) as p (former, key)) as p
    join account a on a.key = p.former;
  if formers is null then
    return;
  end if;

  -- Where both are there (a backup of another time), what takes away wins.
  insert into account as a (key, revision, valid_after, metrics, metrics_read_at, created_at)
    select p.key, o.revision, o.valid_after, o.metrics, o.metrics_read_at, o.created_at
      from account o join unnest(formers, keys) as p (former, key) on p.former = o.key
    on conflict (key) do update set
      revision = a.revision + excluded.revision + 1,
      valid_after = greatest(a.valid_after, excluded.valid_after),
      metrics = a.metrics and excluded.metrics;
  insert into rekeyed (former, key) select former, key from unnest(formers, keys) as p (former, key)
    on conflict (former) do update set key = excluded.key;
  update session set account = p.key from unnest(formers, keys) as p (former, key) where session.account = p.former;
  insert into ledger select p.key, l.kind, l.mark, l.at, l.received_at
    from ledger l join unnest(formers, keys) as p (former, key) on p.former = l.account
    on conflict do nothing;
  insert into capability as c select p.key, o.name, o.active, o.at
    from capability o join unnest(formers, keys) as p (former, key) on p.former = o.account
    on conflict (account, name) do update set active = excluded.active, at = excluded.at
      where excluded.at > c.at or (excluded.at = c.at and not excluded.active);
  insert into metric as m select p.key, o.client_id, o.day, o.name, o.detail, o.count
    from metric o join unnest(formers, keys) as p (former, key) on p.former = o.account
    on conflict (account, day, client_id, name, detail) do update set count = m.count + excluded.count;
  insert into engaged select p.key, o.client_id, o.day
    from engaged o join unnest(formers, keys) as p (former, key) on p.former = o.account
    on conflict do nothing;
  perform erase_accounts(formers);
  -- What instances remember under the former names.
  perform pg_notify('companion_account', (select string_agg(account_name(f), ',') from unnest(formers) as f));
end
$$;

-- Applies deliveries to accounts by whatever key their senders know. Applying twice changes nothing more.
create function apply_current(
  accounts bytea[], clients text[], kinds text[], marks bytea[], instants bigint[], received bigint[],
  capability_accounts bytea[], capability_names text[], capability_active boolean[], capability_instants bigint[],
  heard text
) returns void language plpgsql as $$
declare
  keys bytea[] := companion.current_keys(accounts);
begin
  loop
    perform companion.apply_deliveries(
      keys, clients, kinds, marks, instants, received,
      companion.current_keys(capability_accounts), capability_names, capability_active, capability_instants, heard
    );
    if keys <> accounts then
      perform pg_notify('companion_account', (
        select string_agg(distinct companion.account_name(k), ',') from unnest(keys) as k where k <> all(accounts)
      ));
    end if;
    -- An account that was moved while this waited for it was not found.
    exit when keys = companion.current_keys(accounts);
    keys := companion.current_keys(accounts);
  end loop;
end
$$;
