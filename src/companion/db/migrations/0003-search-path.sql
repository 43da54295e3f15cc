alter function apply_deliveries(
  bytea[], text[], text[], bytea[], bigint[], bigint[], bytea[], text[], boolean[], bigint[], text
) set search_path to companion, pg_temp;
alter function forget_metrics(bytea[]) set search_path to companion, pg_temp;
alter function erase_accounts(bytea[]) set search_path to companion, pg_temp;
