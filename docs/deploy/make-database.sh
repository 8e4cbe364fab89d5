#!/bin/sh
# Run once, by the PostgreSQL image, on an empty volume: a role of its own that owns one database and is no superuser.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE undersigned LOGIN PASSWORD :'password';
CREATE DATABASE undersigned OWNER undersigned;
SQL
