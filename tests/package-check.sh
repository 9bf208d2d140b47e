#!/bin/sh
# Installs the Debian package in a bare Debian root, uses it there as an operator does, upgrades, removes and purges it.
# Needs root, and installs missing tools. PROGRAM names a built program; by default it builds the one for developers.
#
# The bare root is kept in target/package-check, with the packages that ours depends on. Each run uses a copy.
set -eu
cd "$(dirname "$0")/.."

release=$(. /etc/os-release && echo "$VERSION_CODENAME")
bare=$PWD/target/package-check/bare-$release
folder=$(mktemp -d "${TMPDIR:-/tmp}/package-check.XXXXXX")
root=$folder/root
settings=/etc/dialnote-slack.toml
data=/var/lib/dialnote-slack
unit=/usr/lib/systemd/system/dialnote-slack.service
enabled=/etc/systemd/system/multi-user.target.wants/dialnote-slack.service
port=$((20000 + $$ % 20000))
sandbox=http://127.0.0.1:$port
app=http://127.0.0.1:$((port + 1))
ops=http://127.0.0.1:$((port + 2))
pids=

finish() {
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null || true; done
    # A failed debootstrap may have left these; nothing else here is mounted.
    for place in "$root" "$bare.new"; do
        umount "$place/proc" "$place/sys" 2>/dev/null || true
    done
    rm -rf "$folder" "$bare.new"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

fail() {
    tail -n 20 "$folder"/*.log >&2 2>/dev/null || true
    echo "tests/package-check.sh: $1" >&2
    exit 1
}

# Repeats a command until it succeeds, for two minutes at most.
wait_for() {
    what=$1 until=$(($(date +%s) + 120))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$until" ] || fail "waited two minutes for $what"
    done
}

# Runs a command in the root, as root.
inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}

# Runs a command in the root as a user, in place of this shell, so that its process can be stopped.
as_user() {
    user=$1
    shift
    exec chroot "$root" setpriv --reuid="$user" --regid="$(chroot "$root" id -g "$user")" --init-groups \
        env -i PATH=/usr/bin:/bin "$@"
}

# Starts the program in the background as the service's user, with a log of its own, and sets `pid`.
start() {
    log=$folder/$1.log
    shift
    as_user dialnote-slack "$@" >"$log" 2>&1 &
    pid=$!
    pids="$pids $pid"
}

# Asks a program to end, which it must do with success.
stop() {
    kill -TERM "$1"
    wait "$1" || fail "asked to stop, it exits with $?"
    pids=$(echo " $pids " | sed "s/ $1 / /")
}

install_tools() {
    missing=
    for tool in debootstrap curl jq sqlite3; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
    command -v strip >/dev/null || missing="$missing binutils"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || { apt-get update -q && apt-get install -qy --no-install-recommends $missing; }
}

# Makes the bare root once. What our package depends on is downloaded, and not installed.
make_bare_root() {
    [ ! -d "$bare" ] || return 0
    mkdir -p "$(dirname "$bare")"
    debootstrap --variant=minbase "$release" "$bare.new"
    chroot "$bare.new" apt-get install -qy --no-install-recommends --download-only ca-certificates adduser
    # The copies live for a minute, so their files need not reach the disk.
    echo force-unsafe-io >"$bare.new/etc/dpkg/dpkg.cfg.d/unsafe-io"
    mv "$bare.new" "$bare"
}

# Builds the package twice: of this version, and of a higher one.
build_packages() {
    [ -n "${PROGRAM:-}" ] || { cargo build --locked && PROGRAM=target/debug/dialnote-slack; }
    for version in 0.1.0-1 0.1.1-1; do
        VERSION=$version FAST=1 OUT=$folder/$version sh packaging/deb.sh "$PROGRAM"
        cp "$folder/$version"/*.deb "$root/tmp/$version.deb"
    done
}

install_package() {
    inside apt-get install -qy --no-install-recommends "/tmp/$1.deb" >"$folder/apt.log" 2>&1 || fail "apt-get install"
    # shellcheck disable=SC2016
    [ "$(inside dpkg-query -W -f '${Status} ${Version}' dialnote-slack)" = "install ok installed $1" ] \
        || fail "$1 is not installed"
}

# Compares mode and owner of a file with what they must be.
has() {
    found=$(inside stat -c '%a %U:%G' "$1")
    [ "$found" = "$2" ] || fail "$1 is $found, not $2"
}

check_files() {
    has /usr/bin/dialnote-slack "755 root:root"
    has $settings "640 root:dialnote-slack"
    has $data "700 dialnote-slack:dialnote-slack"
    has $unit "644 root:root"
    (as_user dialnote-slack test -r $settings) || fail "the service's user can't read $settings"
    (as_user nobody test ! -r $settings) || fail "any user can read $settings"
    (as_user nobody test ! -x $data) || fail "any user can look into $data"
    for page in dialnote-slack dialnote-slack-serve dialnote-slack-jobs-retry; do
        gzip -dc "$root/usr/share/man/man1/$page.1.gz" | grep -q '^\.TH' || fail "no manual page $page"
    done
    docs=usr/share/doc/dialnote-slack
    grep -q 'MIT License' "$root/$docs/copyright" || fail "the licence is missing"
    grep -q '^- tokio ' "$root/$docs/third-party-licences.txt" || fail "the libraries' licences are missing"
    for file in $docs/changelog.Debian.gz $docs/changelog.gz $docs/docs/operate.md $docs/examples/Caddyfile \
        $docs/examples/alerts.yaml usr/share/bash-completion/completions/dialnote-slack \
        usr/share/zsh/vendor-completions/_dialnote-slack usr/share/fish/vendor_completions.d/dialnote-slack.fish; do
        [ -s "$root/$file" ] || fail "no file /$file"
    done
}

# systemd reads the unit as it is, but for the program's place: this machine doesn't have it in /usr/bin.
check_unit() {
    command -v systemd-analyze >/dev/null || { echo "systemd-analyze is missing: the unit is not checked"; return 0; }
    sed "s|^ExecStart=|ExecStart=$root/usr/bin/|" "$root$unit" >"$folder/dialnote-slack.service"
    told=$(systemd-analyze verify --man=no "$folder/dialnote-slack.service" 2>&1) || fail "the unit is wrong: $told"
    [ -z "$told" ] || fail "systemd says about the unit: $told"
}

# Does what `systemctl enable` does; the root has no systemd.
enable() {
    [ ! -L "$root$enabled" ] || fail "the service is enabled before its settings are filled in"
    mkdir -p "$root${enabled%/*}"
    ln -s $unit "$root$enabled"
}

check_demo() {
    start demo dialnote-slack demo --listen "127.0.0.1:$port"
    wait_for "the demo's page" curl -fs "$sandbox/"
    stop "$pid"
}

# Sends a request to the sandbox, which sends its own to the app. Fails if Slack would complain about the app.
sandbox_does() {
    answer=$(curl -fsS "$sandbox/_sandbox/$1" -d "$2") || fail "the sandbox refuses $1"
    [ "$(echo "$answer" | jq -r '.error // empty')" = "" ] || fail "Slack complains about the app: $answer"
}

# Answers whether a conversation in dialnote fits a jq condition.
conversation() {
    curl -fs "$sandbox/_sandbox/state" | jq -e ".dialnote.conversations[] | select(.id == \"$1\") | $2"
}

# Starts the sandbox, and fills in the settings as an operator does.
fill_in_settings() {
    start sandbox dialnote-slack sandbox --json --listen "127.0.0.1:$port" --bot "$app"
    wait_for "the sandbox" curl -fs "$sandbox/"
    of_sandbox() { jq -r ".$1" "$folder/sandbox.log"; }
    cat >>"$root$settings" <<END

# Filled in by the operator.
slack_signing_secret = "$(of_sandbox signing_secret)"
slack_bot_token = "$(of_sandbox slack_bot_token)"
slack_api_url = "$(of_sandbox slack_api)"
dialnote_api_key = "$(of_sandbox dialnote_api_key)"
dialnote_api_url = "$(of_sandbox dialnote_api)"
dialnote_hooks_url = "$sandbox/api/hooks"
listen = "${app#http://}"
ops_listen = "${ops#http://}"
drain_seconds = 0
END
    cp "$root$settings" "$folder/filled-in.toml"
}

# Starts the app, with other settings in the environment if there are any.
start_app() {
    start app env "$@" dialnote-slack --config $settings serve
    app_pid=$pid
    wait_for "/readyz" curl -fs "$ops/readyz"
}

check_service() {
    start_app
    sandbox_does slash '{"as":"maya","channel":"front-desk","text":"/assign @zoe conv_1001 wants a call back"}'
    wait_for "the assignment in dialnote" conversation conv_1001 '(. | tostring | contains("mem_zoe"))'
    inside dialnote-slack --config $settings doctor >"$folder/doctor.log" 2>&1 || fail "the doctor finds problems"
    ! grep -q 'readable by others' "$folder/doctor.log" || fail "the program complains about the mode of $settings"
    [ -f "$root$data/dialnote-slack.db" ] || fail "the database is not in $data"
}

# Leaves a command undone, because dialnote is down, and stops the app.
leave_work() {
    sandbox_does faults '{"dialnote.down": true}'
    sandbox_does slash '{"as":"maya","channel":"front-desk","text":"/assign @leo conv_1002"}'
    stop "$app_pid"
    inside dialnote-slack --config $settings jobs list --waiting >"$folder/jobs.log" 2>&1
    grep -q '^job-' "$folder/jobs.log" || fail "no work is waiting"
    sandbox_does faults '{"reset": true}'
}

check_upgrade() {
    install_package 0.1.1-1
    cmp "$root$settings" "$folder/filled-in.toml" || fail "the upgrade changed the settings"
    [ -L "$root$enabled" ] || fail "the upgrade disabled the service"
    check_files
    start_app
    wait_for "the work from before the upgrade" conversation conv_1002 '(. | tostring | contains("mem_leo"))'
    inside dialnote-slack --config $settings audit >"$folder/audit.log" 2>&1
    grep -q conv_1001 "$folder/audit.log" || fail "the upgrade lost the audit log"
    stop "$app_pid"
}

# Starts with the database of the first schema.
check_earlier_database() {
    sqlite3 "$root$data/earlier.db" <tests/fixtures/store/v1.sql
    inside chown dialnote-slack: $data/earlier.db
    earlier=DATABASE_URL=sqlite:$data/earlier.db
    start_app "$earlier"
    stop "$app_pid"
    inside env "$earlier" dialnote-slack --config $settings audit >"$folder/audit.log" 2>&1
    grep -q 'conv_1005' "$folder/audit.log" || fail "the earlier database lost its audit log"
}

check_removal() {
    inside apt-get remove -qy dialnote-slack >"$folder/apt.log" 2>&1 || fail "apt-get remove"
    for file in /usr/bin/dialnote-slack $unit; do [ ! -e "$root$file" ] || fail "the removal leaves $file"; done
    cmp "$root$settings" "$folder/filled-in.toml" || fail "the removal changes the settings"
    [ -s "$root$data/dialnote-slack.db" ] || fail "the removal deletes the database"

    inside apt-get purge -qy dialnote-slack >"$folder/apt.log" 2>&1 || fail "apt-get purge"
    for file in $settings $data /usr/share/dialnote-slack; do [ ! -e "$root$file" ] || fail "the purge leaves $file"; done
    ! inside id dialnote-slack >/dev/null 2>&1 || fail "the purge leaves the user"
    [ -z "$(inside find /etc /usr /var/lib -name '*dialnote*')" ] || fail "the purge leaves files"
}

[ "$(id -u)" -eq 0 ] || fail "needs root"
install_tools
make_bare_root
cp -a "$bare" "$root"
build_packages

install_package 0.1.0-1
check_files
check_unit
status=0
(as_user dialnote-slack dialnote-slack --config $settings serve) 2>"$folder/app.log" || status=$?
[ "$status" -eq 78 ] || fail "before its settings are filled in it exits with $status, not 78"
check_demo
fill_in_settings
enable
check_service
leave_work
check_upgrade
check_earlier_database
check_removal
echo "the Debian package installs, serves, upgrades, and is removed and purged"
