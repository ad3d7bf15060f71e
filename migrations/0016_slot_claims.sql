-- An update of `claimed`, which every hold makes, touched every index of slot, because the predicate of slot_never_overlaps
-- names it. This column holds that predicate's answer, which a hold rarely changes, so PostgreSQL can keep the new row on
-- the page of the old one and leave the indexes alone (a heap-only tuple). The fill factor leaves room for such rows.
alter table slot add column takes_time boolean not null generated always as (closed_at is null or claimed > 0) stored;
alter table slot drop constraint slot_never_overlaps;
alter table slot add constraint slot_never_overlaps exclude using gist (
  int8range(provider_id, provider_id, '[]') with &&, tstzrange(starts_at, ends_at) with &&
) where (provider_id is not null and takes_time);
alter table slot set (fillfactor = 75);
