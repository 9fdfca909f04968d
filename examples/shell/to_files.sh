#!/usr/bin/env bash
# Usage: to_files.sh CONFIG FOLDER
# Writes what is new at Pinterest to a file of its own in FOLDER, one message a line. A run goes on where the last one
# ended, however that was.
set -euo pipefail

config=$1 folder=$2
mkdir -p "$folder"
exec tap-pinterest --config "$config" --state "$folder/state.json" --write-state "$folder/state.json" \
  >"$folder/$(date -u +%Y-%m-%dT%H:%M:%S.%NZ).jsonl"
