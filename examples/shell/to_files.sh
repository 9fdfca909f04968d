#!/usr/bin/env bash
# Usage: to_files.sh CONFIG FOLDER
# Writes what is new at Pinterest to a file of its own in FOLDER, one message a line. The files hold the state,
# too: a run goes on where the last one ended, however that was.
set -euo pipefail

config=$1 folder=$2
mkdir -p "$folder"
shopt -s nullglob
sed -n 's/^{"type":"STATE","value":\(.*\)}$/\1/p' /dev/null "$folder"/*.jsonl | tail -n 1 >"$folder/state.json"
state=()
if [[ -s "$folder/state.json" ]]; then state=(--state "$folder/state.json"); fi
exec tap-pinterest --config "$config" "${state[@]}" >"$folder/$(date -u +%Y-%m-%dT%H:%M:%S.%NZ).jsonl"
