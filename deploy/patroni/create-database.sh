#!/bin/sh
# Creates the user and the database of Holdfast, unless they exist. Run it once at the primary, or name it as `post_init`
# under `bootstrap` in patroni.yml.
#   HOLDFAST_DATABASE_PASSWORD=… create-database.sh postgres://postgres:…@host:5432/postgres
set -eu
: "${HOLDFAST_DATABASE_PASSWORD:?is the password of the new user}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$HOLDFAST_DATABASE_PASSWORD" "$1" <<'SQL'
select format('create role holdfast login password %L', :'password')
 where not exists (select from pg_roles where rolname = 'holdfast') \gexec
select 'create database holdfast owner holdfast'
 where not exists (select from pg_database where datname = 'holdfast') \gexec
SQL
