-- The index of orders that are in a MySQL or MariaDB, and the position in its binary log that the index belongs to.
-- An instance that starts goes on from there. index-store.ts reads and writes it; losing it costs one more read of all ids.
create table order_source_index (
  -- Digest of the address of the database and of the mapping.
  source text primary key,
  -- Global transaction ids that the index contains.
  position text not null,
  -- The ids as a bitmap, compressed.
  ids bytea not null,
  verified_at timestamptz not null,
  saved_at timestamptz not null
);
