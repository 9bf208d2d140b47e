#!/bin/sh
# Builds the program from exactly the files that the Dockerfile copies, and runs it as the image does. Finds missing
# files without a container. TARGET names a folder that keeps builds.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
pid=
finish() {
    if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
export CARGO_TARGET_DIR="${TARGET:-$folder/target}"

fail() {
    cat "$folder/told" >&2
    echo "tests/image-check.sh: $1" >&2
    exit 1
}

grep '^COPY ' Dockerfile | grep -v -e --from= | while read -r _ files; do
    place=${files##* }
    for file in ${files% *}; do
        if [ "$place" = ./ ]; then cp -R "$file" "$folder/"; else cp -R "$file" "$folder/$place"; fi
    done
done

(cd "$folder" && cargo build --locked --no-default-features --bin dialnote-slack)
program="$CARGO_TARGET_DIR/debug/dialnote-slack"
"$program" manifest | grep -q '"command": "/assign"'

status=0
env -i "$program" serve 2> "$folder/told" || status=$?
[ "$status" -eq 78 ] || fail "without settings it exits with $status, not 78"

# The image's settings, with another folder and other ports, because its own may be in use here; and invalid keys for
# services that don't exist.
port=$((20000 + $$ % 20000))
mkdir "$folder/data" "$folder/work"
own=$(sed -n 's/^ENV //p' Dockerfile | sed -e "s|:/data/|:$folder/data/|" \
    -e "s|0\.0\.0\.0:8080|0.0.0.0:$port|" -e "s|0\.0\.0\.0:9464|0.0.0.0:$((port + 1))|")
keys="SLACK_SIGNING_SECRET=00000000000000000000000000000000 SLACK_BOT_TOKEN=xoxb-none DIALNOTE_API_KEY=none-at-all"
nowhere="SLACK_API_URL=http://127.0.0.1:9 DIALNOTE_API_URL=http://127.0.0.1:9 DIALNOTE_HOOKS_URL=http://127.0.0.1:9"
# Replaces the subshell, so that the script waits for and stops the program itself. Kills a hanging program after five
# minutes. The settings have no spaces.
as_the_image() {
    cd "$folder/work"
    # shellcheck disable=SC2086
    exec timeout -s KILL 300 env -i $own $keys $nowhere "$program" "$@"
}

as_the_image serve 2> "$folder/told" &
pid=$!
tries=0
until (as_the_image health) 2> "$folder/health"; do
    tries=$((tries + 1))
    kill -0 "$pid" 2>/dev/null || fail "it does not go on serving"
    [ "$tries" -lt 1000 ] || fail "it does not become healthy: $(cat "$folder/health")"
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
pid=
[ "$status" -eq 0 ] || fail "asked to stop it exits with $status, not 0"
[ -f "$folder/data/dialnote-slack.db" ] || fail "its database is not in /data"
[ -z "$(ls "$folder/work")" ] || fail "it writes into the folder where it is started: $(ls "$folder/work")"
echo "what the Dockerfile copies builds, starts, is healthy and stops"
