#!/usr/bin/env bash
# Measures start, speed, memory, requests and wall time of the release build against the simulator.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/install_packages.sh build simulator bench
cmake --preset release --log-level=WARNING -DTAP_PINTEREST_BENCH=ON >/dev/null
cmake --build build/release -- --quiet
exec python3 tests/bench/bench.py build/release/tap-pinterest build/release/tests/simulator/pinterest-simulator \
  build/release/tests/bench/bench-parts "$@"
