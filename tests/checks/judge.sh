#!/bin/sh
# Lets others judge what we send to Slack: the manifest and every message and form that the tests
# rendered (target/rendered). Usage: tests/checks/judge.sh CHECKS_FOLDER
set -eu
checks=$1
work=target/checks
if [ ! -x "$work/ready" ]; then
  rm -rf "$work"
  mkdir -p "$work"
  cp -r "$checks/blocks" "$checks/manifest" "$work/"
  chmod -R u+w "$work"
  command -v npm >/dev/null || { apt-get update -q && apt-get install -qy nodejs npm; }
  python3 -m venv "$work/venv" 2>/dev/null || { apt-get update -q && apt-get install -qy python3-venv && python3 -m venv "$work/venv"; }
  "$work/venv/bin/pip" install -q slack_sdk blockkit jsonschema pyyaml
  (cd "$work/blocks" && npm install --silent --no-audit --no-fund)
  (cd "$work/manifest" && npm install --silent --no-audit --no-fund)
  printf '#!/bin/sh\n' > "$work/ready"
  chmod +x "$work/ready"
fi
cargo run -q --locked -- manifest --socket-mode > "$work/manifest-socket-mode.json"
cargo run -q --locked -- manifest --workflow-steps --url https://dialnote-slack.example.com > "$work/manifest-workflow-steps.json"
"$work/venv/bin/python" "$work/manifest/check_manifest.py" manifest.yml "$work/manifest-socket-mode.json" "$work/manifest-workflow-steps.json"
# One validator refuses a least query length of 0, which Slack takes; 1 stands for it, so that all else is judged.
cat target/rendered/*.jsonl | grep . | sed 's/"min_query_length":0/"min_query_length":1/g' | sort -u > "$work/rendered.jsonl"
count=$(wc -l < "$work/rendered.jsonl")
if [ "$count" -lt 20 ]; then echo "only $count messages and forms were rendered"; exit 1; fi
"$work/venv/bin/python" "$work/blocks/check_blocks.py" "$work/rendered.jsonl" > "$work/verdicts.txt" || true
[ "$(grep -c '^ok\|^FAIL' "$work/verdicts.txt")" -eq "$count" ] || { echo "not all were judged"; exit 1; }
# The same validator can't read a table's column settings from JSON; Slack's own types judge them.
known="Field 'column_settings': Expected type 'ColumnSettings', got 'dict'"
if grep '^ ' "$work/verdicts.txt" | grep -vF "$known"; then grep -A4 FAIL "$work/verdicts.txt"; exit 1; fi
echo "$count messages and forms judged: no complaint"
