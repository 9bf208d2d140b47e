#!/bin/sh
# Installs the packages of the peers from the npm registry, in the exact versions of package-lock.json, and puts the
# programs beside them: `sh benches/peers/setup.sh FOLDER`. Nothing is written outside that folder.
set -eu

fail() { echo "benches/peers/setup.sh: $1" >&2; exit 1; }

folder=${1:-}
[ -n "$folder" ] || fail "name the folder to install into"
command -v node >/dev/null && command -v npm >/dev/null || fail "there is no Node.js here"

own=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
cp "$own"/*.mjs "$own/package.json" "$folder"
# An unchanged lock file means that its packages are there.
if ! cmp -s "$own/package-lock.json" "$folder/installed-lock.json"; then
    cp "$own/package-lock.json" "$folder"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=60000) >&2 \
        || fail "npm could not install the packages"
    cp "$own/package-lock.json" "$folder/installed-lock.json"
fi
