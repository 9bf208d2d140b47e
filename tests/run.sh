#!/bin/sh
# Builds all tests and runs their programs side by side: the proofs mostly wait, and the product tests mostly compute.
#
#   sh tests/with-postgres.sh sh tests/run.sh all|default|postgres|browser|scopes
#
# The output of each program goes to target/tests and is printed when the program ends. JOBS is the number of programs
# at once: with more than two on two cores the proofs' real timeouts expire while they wait for a core. TIMES=1 prints
# the duration of each test.
set -eu
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
logs=$PWD/target/tests

# Tests that no database can change: without a database, with a file in either run, or about words that the app parses
# before it stores anything. All others run on both databases.
once="project:: ops::command_line:: every_dialnote_variant::each:: cases::naming cases::numbers cases::people \
cases::text cases::when"

# The scopes of 2026, which workspaces may not grant, and the tests that need them or that no scope can change. `scopes`
# runs all other product tests without these scopes and their events. It isn't part of `all`: it costs 2 to 4 minutes.
new_scopes=app_mentions:read,assistant:write,reactions:read,mcp:connect
about_scopes="commands::written:: commands::reacted:: server::assistants:: server::slackbot:: \
required_scopes::the_doctor_says ops:: properties:: reliability:: tenants::"

# Runs one program in a folder, and records its result.
run() {
    name=$1 folder=$2 began=$(date +%s) result=failed
    shift 2
    if [ -n "${TIMES:-}" ] && [ "$name" != documentation ]; then
        set -- env RUSTC_BOOTSTRAP=1 "$@" -Z unstable-options --report-time
    fi
    if (cd "$folder" && "$@") >"$logs/$name.log" 2>&1; then result=passed; fi
    cat "$logs/$name.log"
    echo "$result: $name, $(($(date +%s) - began)) s" | tee -a "$logs/results"
}

# Prints the test programs that cargo has built, as lines `FOLDER PROGRAM`: each runs in its package's folder.
programs() {
    sed -n 's|.*"manifest_path":"\([^"]*\)/Cargo.toml".*"profile":{[^}]*"test":true}.*"executable":"\([^"]*\)".*|\1 \2|p' \
        "$logs/build.json"
}

# Prints the programs to run, as lines `PART NAME FOLDER COMMAND…`, the longest first.
plan() {
    programs | while read -r folder program; do
        name=$(basename "$program")
        case $name in
            product-*)
                echo "2 default $name $folder $program"
                echo "1 postgres $name-on-postgres $folder env PRODUCT_ON=postgres PRODUCT_AS=installed" \
                    "RANDOM_SEQUENCES=1 $program$(printf ' --skip %s' $once)"
                echo "2 scopes $name-without-new-scopes $folder env PRODUCT_WITHOUT=$new_scopes" \
                    "RANDOM_SEQUENCES=1 $program$(printf ' --skip %s' $once $about_scopes)"
                ;;
            proof-*) echo "0 default $name $folder $program" ;;
            browser-*) echo "3 browser $name $folder $program" ;;
            *) echo "4 default $name $folder $program" ;;
        esac
    done | sort -n | cut -d' ' -f2-
    echo "default documentation $PWD $cargo test --quiet --locked --doc"
}

# Uses a disk in memory if it has room: no test is about a disk's speed, and a killed process loses nothing on it.
use_memory() {
    memory=/dev/shm
    [ -z "${TMPDIR:-}" ] && [ -w $memory ] && [ "$(df -Pm $memory | awk 'NR == 2 { print $4 }')" -ge 2048 ] || return 0
    TMPDIR=$(mktemp -d $memory/dialnote-tests.XXXXXX)
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
    trap 'exit 130' INT TERM HUP
}

part=${1:?all, default, postgres, browser or scopes}
if [ "$part" = run ]; then
    shift
    run "$@"
    exit
fi

rm -rf "$logs"
mkdir -p "$logs"
"$cargo" test --locked --no-run --message-format=json-render-diagnostics >"$logs/build.json"
use_memory
plan | sed -n "s/^$([ "$part" = all ] && echo '\(default\|postgres\|browser\)' || echo "$part") //p" | xargs -P "${JOBS:-2}" -L 1 sh tests/run.sh run
echo
cat "$logs/results"
! grep -q '^failed' "$logs/results"
