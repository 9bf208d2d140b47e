#!/bin/sh
# Collects in target/package what the Debian package and the release archives hold beside files of this repository: the
# program, its manual pages, completions and settings file, and the licences of its libraries.
#
#   sh packaging/stage.sh [PROGRAM]
#
# PROGRAM is one that is already built. Without it, this builds the release, with the list of its libraries inside
# (cargo-auditable), so that scanners find known vulnerabilities in the program itself. Installs cargo-about and
# cargo-auditable where they are missing.
set -eu
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
program=${1:-}
stage=target/package

if [ -z "$program" ]; then
    command -v cargo-auditable >/dev/null || "$cargo" install --locked cargo-auditable
    "$cargo" auditable build --locked --release --bin dialnote-slack
    program=target/release/dialnote-slack
fi

rm -rf "$stage"
mkdir -p "$stage/completions"
strip -o "$stage/dialnote-slack" "$program"
"$stage/dialnote-slack" man --dir "$stage/man"
for shell in bash zsh fish; do
    "$stage/dialnote-slack" completions "$shell" >"$stage/completions/dialnote-slack.$shell"
done

# The service keeps its database in its own folder.
"$stage/dialnote-slack" settings \
    | sed 's|^#database_url = .*|database_url = "sqlite:/var/lib/dialnote-slack/dialnote-slack.db"|' >"$stage/settings.toml"
grep -q '^database_url = ' "$stage/settings.toml"

# Collecting them takes a while, and only other libraries change them.
licences=target/third-party-licences.txt
if [ ! -e "$licences" ] || [ -n "$(find Cargo.lock packaging/about.* -newer "$licences")" ]; then
    command -v cargo-about >/dev/null || "$cargo" install --locked --features cli cargo-about
    "$cargo" fetch --locked
    # From the libraries' own files: frozen, it asks no service, and gives the same text everywhere.
    "$cargo" about generate --frozen --fail --config packaging/about.toml --output-file "$licences.new" packaging/about.hbs
    mv "$licences.new" "$licences"
fi
cp "$licences" "$stage/third-party-licences.txt"
