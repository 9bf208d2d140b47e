#!/bin/sh
# Builds the Debian package in target/debian, or in the folder OUT.
#
#   sh packaging/deb.sh [PROGRAM]
#
# PROGRAM is one that is already built; without it, the release is built. VERSION is the package's version, by default
# that of Cargo.toml with revision 1. FAST=1 compresses less. Installs cargo-deb where it is missing.
set -eu
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
version=${VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)-1}
out=${OUT:-target/debian}
# The same files make the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

command -v cargo-deb >/dev/null || "$cargo" install --locked --no-default-features cargo-deb
sh packaging/stage.sh "$@"
mkdir -p "$out"

date=$(date --rfc-email --utc --date="@$SOURCE_DATE_EPOCH")
maintainer=$(sed -n 's/^maintainer = "\(.*\)"/\1/p' Cargo.toml)
cat >target/package/changelog <<END
dialnote-slack ($version) stable; urgency=medium

  * The changes of this release are in the file changelog beside this one.

 -- $maintainer  $date
END

# The staged program is stripped already.
"$cargo" deb --locked --no-build --no-strip --no-dbgsym --deb-version "$version" ${FAST:+--fast} --output "$out/"
