create table companion.health (filler text not null) with (fillfactor = 10, autovacuum_vacuum_threshold = 20)
