#!/usr/bin/env bash
# Usage: to_duckdb.sh CONFIG [DATABASE [OPTION...]]
# Brings a DuckDB database (pinterest.duckdb) up to date: a view for each stream, flat and typed, over the table
# `records`. Then prints the spend by campaign. Records and state come in together or not at all. Options are the tap's.
set -euo pipefail

config=$1 database=${2:-pinterest.duckdb} options=("${@:3}")
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

duckdb=$(command -v duckdb || true)
if [[ -z "$duckdb" ]]; then
  venv=${XDG_CACHE_HOME:-$HOME/.cache}/tap-pinterest/duckdb
  duckdb=$venv/bin/duckdb
  if [[ ! -x "$duckdb" ]]; then
    echo "installing DuckDB in $venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check duckdb-cli==1.5.6
  fi
fi

# Runs a script of SQL. Not on a terminal, which DuckDB asks for its color: some never answer.
run_sql() { "$duckdb" "$1" "$database" ".read '$2'" | cat; }

if [[ -e "$database" ]] &&
  ! "$duckdb" -noheader -list "$database" "select value from state" >"$folder/state.json"; then
  echo "$database holds no state: did another program make it? Name another file" >&2
  exit 2
fi
state=()
if [[ -s "$folder/state.json" ]]; then state=(--state "$folder/state.json"); fi
# An incomplete run is loaded as well: its state tells what is missing.
code=0
TAP_PINTEREST_FLATTENING_ENABLED=true tap-pinterest --config "$config" --config ENV "${state[@]}" "${options[@]}" \
  >"$folder/messages.jsonl" || code=$?
if [[ ! -s "$folder/messages.jsonl" ]]; then exit "$code"; fi
run_sql -bail "$here/load.sql" <"$folder/messages.jsonl"
"$duckdb" -noheader -list "$database" ".read '$here/views.sql'" >"$folder/views.sql"
run_sql -bail "$folder/views.sql"
run_sql -box "$here/spend.sql"
echo "To query it: $duckdb $database" >&2
exit "$code"
