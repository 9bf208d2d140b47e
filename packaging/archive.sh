#!/bin/sh
# Builds the release archive target/archives/dialnote-slack-VERSION-TARGET.tar.gz, with the names that `cargo binstall`
# expects (Cargo.toml). The same files make the same bytes.
#
#   sh packaging/archive.sh [PROGRAM]
#
# PROGRAM is one that is already built; without it, the release is built.
set -eu
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=dialnote-slack-$version-$(rustc -vV | sed -n 's/^host: //p')
folder=target/archives/$name

sh packaging/stage.sh "$@"
rm -rf "$folder"
mkdir -p "$folder/packaging"
cp -R target/package/dialnote-slack target/package/man target/package/completions target/package/settings.toml \
    target/package/third-party-licences.txt LICENSE README.md CHANGELOG.md "$folder/"
cp packaging/dialnote-slack.service packaging/Caddyfile packaging/alerts.yaml packaging/grafana-dashboard.json "$folder/packaging/"
tar --create --sort=name --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" --owner=0 --group=0 \
    --numeric-owner --mode=u=rwX,go=rX --directory target/archives "$name" | gzip -n9 >"$folder.tar.gz"
rm -r "$folder"
echo "$folder.tar.gz"
