-- Keys: credentials of programs. The secret itself is in no table.
create table access_key (
  id text primary key,
  family text not null,             -- the id of the first key in a chain of rotations; a principal is named by it
  name text not null,
  role text not null constraint access_key_has_role
    check (role in ('operator', 'service', 'viewer', 'provider', 'client', 'reseller', 'monitor')),
  subject_id bigint,                -- of a provider or client
  subject_name text,                -- of a reseller
  secret_hash bytea not null,       -- SHA-256
  created_at timestamptz not null default holdfast_clock(),
  expires_at timestamptz,
  overlap_ends_at timestamptz,      -- set by its rotation; the key that replaces it has the same expires_at
  revoked_at timestamptz,
  constraint access_key_has_its_subject check (
    (role in ('provider', 'client')) = (subject_id is not null) and (role = 'reseller') = (subject_name is not null))
);
create index access_key_by_age on access_key (created_at, id);

-- The last use of each key, to the minute. It is a table of its own, so that a use does not announce a change of the key.
create table access_key_use (
  key_id text primary key references access_key (id) on delete cascade,
  last_used_at timestamptz not null
);

-- Sessions of the page. A session belongs to the key it was made from, or to the bootstrap operator key.
create table access_session (
  id bytea primary key,             -- SHA-256 of the cookie's value
  key_id text references access_key (id) on delete cascade,
  bootstrap_mac bytea,              -- HMAC of the id under the bootstrap operator key, so that another key ends it
  created_at timestamptz not null default holdfast_clock(),
  expires_at timestamptz not null,
  constraint access_session_has_one_origin check ((key_id is null) <> (bootstrap_mac is null))
);
create index access_session_due on access_session (expires_at);
create index access_session_of_key on access_session (key_id);

call announce_changes_of('access_key', 'access-key', 'id');
call announce_changes_of('access_session', 'access-session', $$encode(id, 'hex')$$);
