#!/usr/bin/env bash
# Shows the tap at work from nothing: installs what is missing, builds, starts a simulated Pinterest, discovers,
# syncs, changes something there, syncs again from the first run's state, and loads everything into DuckDB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/start_simulator.sh

build=$PWD/build/release
tap=$build/tap-pinterest
simulator=$build/tests/simulator/pinterest-simulator
out=$PWD/build/demo

if [[ -t 1 ]]; then bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true); fi
say() { printf '\n%s== %s%s\n' "${bold:-}" "$1" "${plain:-}"; }
# run FILE COMMAND...: shows the command and runs it; its output goes to FILE, and its log without the metrics here.
run() {
  local file=$1 log=${1%.json*}.log
  shift
  printf '$ %s > %s\n' "$*" "$file" | sed "s#$PWD/##g"
  "$@" >"$file" 2>"$log" || { cat "$log"; exit 1; }
  grep -v METRIC "$log" || true
}
width=$(if [[ -t 1 ]]; then tput cols 2>/dev/null || echo 120; else echo 160; fi)
# Lines longer than the screen end in an ellipsis.
cut_lines() { awk -v width="$width" '{ if (length($0) > width) $0 = substr($0, 1, width - 3) "..."; print }'; }
records() { grep -c "^{\"type\":\"RECORD\",\"stream\":\"$2\"," "$1" || true; }
# The value of the last STATE line: what a target hands back, and what --state takes.
last_state() { grep '^{"type":"STATE"' "$1" | tail -n 1 | sed 's/^{"type":"STATE","value":\(.*\)}$/\1/'; }

say "Install what is missing, and build"
scripts/install_packages.sh build simulator demo
cmake --preset release --log-level=WARNING >/dev/null
cmake --build "$build"

say "Start a simulated Pinterest: 2 ad accounts, 30 campaigns and 120 ads in each, 50 pins"
rm -rf "$out"
mkdir -p "$out"
start_simulator "$out/simulator.log" "$simulator" --accounts 2 --campaigns 30 --ads 120 --pins 50 --restate
# Tells the simulator to change something.
change() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'POST /_simulator/%s HTTP/1.1\r\nHost: simulator\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
    "$1" "${#2}" "$2" >&3
  head -n 1 <&3 | grep -q ' 200 '
  exec 3>&-
}
cat >"$out/config.json" <<JSON
{
  "api_url": "http://127.0.0.1:$port/v5",
  "client_id": "app",
  "client_secret": "app-secret-000000",
  "refresh_token": "refresh-token-000000",
  "token_file": "$out/token.json",
  "start_date": "$(date -u -d '-60 days' +%F)",
  "lookback_days": 3
}
JSON
cat "$out/config.json"

say "Discover"
run "$out/catalog.json" "$tap" --config "$out/config.json" --discover
mapfile -t streams < <(sed -n 's/^ *"tap_stream_id": "\(.*\)",$/\1/p' "$out/catalog.json")
printf 'the catalog has %d streams: %s\n' "${#streams[@]}" "${streams[*]}"

say "Sync those that are selected by default"
run "$out/first.jsonl" "$tap" --config "$out/config.json" --catalog "$out/catalog.json"
mapfile -t streams < <(sed -n 's/^{"type":"SCHEMA","stream":"\([^"]*\)".*/\1/p' "$out/first.jsonl")
last_state "$out/first.jsonl" >"$out/state.json"

say "The first records of each stream"
for stream in "${streams[@]}"; do
  printf '%s%s%s\n' "${bold:-}" "$stream" "${plain:-}"
  grep -m 2 "^{\"type\":\"RECORD\",\"stream\":\"$stream\"," "$out/first.jsonl" | cut_lines
done

say "Meanwhile at Pinterest: 3 campaigns edited, 2 ads archived, 1 pin added, recent days restated"
change touch '{"kind": "campaigns", "account": 0, "indices": [4, 5, 6]}'
change touch '{"kind": "ads", "account": 1, "indices": [7, 8], "status": "ARCHIVED"}'
change add '{"kind": "pins", "count": 1}'
change generation '{"value": 1}'

say "Sync again from the state of the first run"
run "$out/second.jsonl" "$tap" --config "$out/config.json" --catalog "$out/catalog.json" --state "$out/state.json"

say "What the two runs wrote"
printf '%-20s %12s %12s\n' "records of" "first run" "second run"
for stream in "${streams[@]}"; do
  printf '%-20s %12d %12d\n' "$stream" "$(records "$out/first.jsonl" "$stream")" \
    "$(records "$out/second.jsonl" "$stream")"
done
cat <<'TEXT'

ad_accounts is read whole each time. Campaigns, ad groups, ads and pins: what changed, and what is as new as the
bookmark. Analytics: the days since the bookmark and lookback_days before it, since those may have been restated.
TEXT

say "Load it into DuckDB: the spend by campaign"
PATH="$build:$PATH" examples/shell/to_duckdb.sh "$out/config.json" "$out/pinterest.duckdb" 2>"$out/duckdb.log" ||
  { cat "$out/duckdb.log"; exit 1; }

say "The files it wrote"
wc -c "$out"/{config,catalog,token,state}.json "$out"/{first,second}.{jsonl,log} | sed "s#$PWD/##"
