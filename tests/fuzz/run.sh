#!/usr/bin/env bash
# Runs every fuzz target, two at a time: run.sh N runs|seconds [TARGET...]. First the corpus, then new inputs: N for
# each target, always the same ones ("runs"), or as many as N seconds give, going on from what earlier calls found
# ("seconds"). An input that fails is kept in build/fuzz/failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

number=$1 unit=$2
shift 2
program=$PWD/build/fuzz/tests/fuzz/fuzz
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $unit in
  runs) found=$scratch limit=(-runs="$number" -seed=1) ;;
  seconds) found=$PWD/build/fuzz/corpus limit=(-max_total_time="$number") ;;
  *) echo "not a unit: $unit" >&2; exit 2 ;;
esac
if (($#)); then targets=("$@"); else mapfile -t targets < <("$program"); fi

run_one() {
  local target=$1 log=$scratch/$1.log
  mkdir -p "$found/$target" build/fuzz/failed
  if "$program" --target="$target" "${limit[@]}" -max_len=4096 -dict=tests/fuzz/words.dict -print_final_stats=1 \
      -artifact_prefix="build/fuzz/failed/$target-" "$found/$target" "tests/fuzz/corpus/$target" &>"$log"; then
    printf '%-15s %s\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")"
  else
    tail -n 60 "$log"
    return 1
  fi
}

failed=0
for target in "${targets[@]}"; do
  while (($(jobs -pr | wc -l) >= 2)); do wait -n || failed=1; done
  run_one "$target" &
done
while [[ -n "$(jobs -p)" ]]; do wait -n || failed=1; done
exit "$failed"
