# Sourced by scripts that run against the simulated Pinterest.

# start_simulator LOG COMMAND...: starts it, and stops it when the script ends; $port is where it listens.
start_simulator() {
  local log=$1
  shift
  : >"$log"  # the shell below may open it later than it is read here
  "$@" >"$log" &
  simulator_id=$!
  trap 'kill "$simulator_id" 2>/dev/null; wait "$simulator_id" 2>/dev/null || true' EXIT
  for _ in {1..100}; do
    port=$(sed -n 's/^listening on //p' "$log")
    if [[ -n "$port" ]]; then return; fi
    sleep 0.1
  done
  echo "the simulator did not start" >&2
  return 1
}
