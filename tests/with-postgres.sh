#!/bin/sh
# Runs a command with a PostgreSQL server: `sh tests/with-postgres.sh cargo test`. The server lives as
# long as the command, in its own folder and on a free port. TEST_POSTGRES_URL is its address,
# TEST_POSTGRES_CA the authority behind its certificate. The script never touches an existing PostgreSQL.
set -eu

fail() { echo "tests/with-postgres.sh: $1" >&2; exit 1; }

bin=
for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb || echo /none)")"; do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then bin=$candidate; break; fi
done
[ -n "$bin" ] || fail "there is no PostgreSQL here; run make setup, or apt-get install postgresql"

# Under /tmp, not under target: PostgreSQL refuses root, and the user it runs as may have no access to
# this folder. It also keeps the path of the socket short enough.
home=$(mktemp -d /tmp/dialnote-pg.XXXXXX)
data=$home/data

if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
    chown "$owner" "$home"
    as_owner() { (cd / && setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups "$@"); }
else
    as_owner() { (cd / && "$@"); }
fi

stop() {
    as_owner "$bin/pg_ctl" -D "$data" -m immediate -s stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# The tests don't depend on durable disks: fsync is off, unless POSTGRES_SETTINGS says otherwise.
as_owner "$bin/initdb" -D "$data" -U tests --auth=trust --encoding=UTF8 --locale=C --no-sync >"$home/initdb.log" 2>&1 \
    || { cat "$home/initdb.log" >&2; fail "initdb failed"; }

# Makes a certificate for 127.0.0.1 and its authority, valid for 2 days.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=tests" \
        -keyout "$home/ca.key" -out "$home/ca.crt"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=127.0.0.1" \
        -keyout "$data/server.key" -out "$home/server.csr"
    echo "subjectAltName=IP:127.0.0.1" >"$home/server.ext"
    openssl x509 -req -in "$home/server.csr" -CA "$home/ca.crt" -CAkey "$home/ca.key" -CAcreateserial -days 2 \
        -extfile "$home/server.ext" -out "$data/server.crt"
    chmod 600 "$data/server.key"
    if [ "$(id -u)" = 0 ]; then chown "$owner" "$data/server.key" "$data/server.crt"; chmod 755 "$home"; fi
}
certificate >"$home/openssl.log" 2>&1 || { cat "$home/openssl.log" >&2; fail "no certificate was made"; }

# Every user is trusted except this one, for the test of passwords.
{ echo "host all needs_password 127.0.0.1/32 scram-sha-256"; cat "$data/pg_hba.conf"; } >"$home/pg_hba.conf"
cat "$home/pg_hba.conf" >"$data/pg_hba.conf"

port=
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + ($$ * 7 + attempt * 1009) % 40000))
    settings="-p $port -k $home -c listen_addresses=127.0.0.1 -c max_connections=1000 -c ssl=on ${POSTGRES_SETTINGS:--c fsync=off -c shared_buffers=64MB}"
    if as_owner "$bin/pg_ctl" -D "$data" -l "$data/server.log" -o "$settings" -w -t 60 -s start >/dev/null 2>&1; then break; fi
    port=
done
[ -n "$port" ] || { cat "$data/server.log" >&2; fail "PostgreSQL did not start"; }

TEST_POSTGRES_URL="postgres://tests@127.0.0.1:$port/postgres"
TEST_POSTGRES_CA=$home/ca.crt
export TEST_POSTGRES_URL TEST_POSTGRES_CA
"$@"
