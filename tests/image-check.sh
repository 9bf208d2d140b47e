#!/bin/sh
# Builds the program from exactly the files that the Dockerfile copies, and starts it: what is missing there is found
# without a container. TARGET names a folder for what is built, to be used again.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CARGO_TARGET_DIR="${TARGET:-$folder/target}"

grep '^COPY ' Dockerfile | grep -v -e --from= | while read -r _ files; do
    place=${files##* }
    for file in ${files% *}; do
        if [ "$place" = ./ ]; then cp -R "$file" "$folder/"; else cp -R "$file" "$folder/$place"; fi
    done
done

(cd "$folder" && cargo build --locked --bin dialnote-slack)
program="$CARGO_TARGET_DIR/debug/dialnote-slack"
"$program" manifest | cmp - manifest.yml
status=0
env -i "$program" serve 2> "$folder/told" || status=$?
if [ "$status" -ne 78 ]; then
    cat "$folder/told"
    echo "without settings it exits with $status, not 78"
    exit 1
fi
echo "what the Dockerfile copies builds and starts"
