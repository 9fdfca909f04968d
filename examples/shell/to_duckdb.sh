#!/usr/bin/env bash
# Usage: to_duckdb.sh CONFIG DATABASE
# Brings a DuckDB database up to date: table `records`, one row for each stream and key. Records and state come in
# together or not at all.
set -euo pipefail

config=$1 database=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [[ -e "$database" ]]; then duckdb -noheader -list "$database" "select value from state" >"$folder/state.json"; fi
state=()
if [[ -s "$folder/state.json" ]]; then state=(--state "$folder/state.json"); fi
# An incomplete run is loaded as well: its state tells what is missing.
tap-pinterest --config "$config" "${state[@]}" | duckdb -bail "$database" ".read '$(dirname "$0")/load.sql'"
