#!/bin/sh
# Prints the section of CHANGELOG.md about a version, as the notes of its release: sh packaging/notes.sh 0.1.0
set -eu
cd "$(dirname "$0")/.."

notes=$(awk -v version="$1" '
    /^## / { inside = index($0, "## [" version "]") == 1; next }
    inside && !/^\[.*\]: / { print }
' CHANGELOG.md)
[ -n "$notes" ] || { echo "packaging/notes.sh: CHANGELOG.md has no section [$1]" >&2; exit 1; }
echo "$notes"
