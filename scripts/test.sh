#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test. Ends with ctest's summary; exits with its code.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s [%d s]\n' "$1" "$SECONDS"; }

# make_venv PYTHON FOLDER REQUIREMENTS: a virtual environment, made again when what it is made of has changed.
# The programs in it name the folder, so a tree that was moved needs it anew.
make_venv() {
  local python=$1 venv=$2 requirements=$3 made_of
  made_of="$PWD $("$python" --version) $(sha256sum <"$requirements")"
  if [[ "$(cat "$venv/made-of" 2>/dev/null)" == "$made_of" ]]; then return; fi
  rm -rf "$venv"
  "$python" -m venv "$venv"
  # Twice quiet: errors are shown, the age of some packages is not.
  "$venv/bin/pip" install -qq --disable-pip-version-check --requirement "$requirements"
  echo "$made_of" >"$venv/made-of"
}

# configure PRESET OPTION...
configure() {
  say "build: $1"
  cmake --preset "$@" --log-level=WARNING
}
# compile ARGUMENT...: ninja's status line on a terminal, else every 20th of its lines and all warnings and errors.
compile() {
  if [[ -t 1 ]]; then
    cmake --build "$@"
  else
    cmake --build "$@" | awk '!/^\[[0-9]+\/[0-9]+\] / || ++line % 20 == 0'
  fi
}

say "packages"
scripts/install_packages.sh build static wheel simulator test
# They mostly wait for the network, so all at once.
venvs=()
make_venv /usr/bin/python3 build/venv tests/e2e/requirements.txt &
venvs+=("$!")
# The tap's partners in tests: each has its own, and target-csv needs a Python before 3.10, which PyPy's is.
for requirements in tests/e2e/partners/*.txt; do
  partner=$(basename "$requirements" .txt)
  python=/usr/bin/python3
  if [[ "$partner" == target-csv ]]; then python=/usr/bin/pypy3; fi
  make_venv "$python" "build/partners/$partner" "$requirements" &
  venvs+=("$!")
done
for venv in "${venvs[@]}"; do wait "$venv"; done

if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  # The same objects serve every clone of the tree.
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true
fi

# The executable alone, as a packager builds it: no GoogleTest, no simulator. The end-to-end tests run this one.
configure release -B build/executable -DTAP_PINTEREST_SIMULATOR=OFF
compile build/executable

say "build: wheel"
scripts/build_wheels.sh >build/wheels.log 2>&1 || { cat build/wheels.log; exit 1; }

# clang-tidy wants the commands of single files, which nobody has to run.
configure debug -B build/tidy
configure debug -DTAP_PINTEREST_UNITY=ON -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DTAP_PINTEREST_ALL_TESTS=ON \
  -DTAP_PINTEREST_E2E_PYTHON="$PWD/build/venv/bin/python" \
  -DTAP_PINTEREST_E2E_PARTNERS="$PWD/build/partners" \
  -DTAP_PINTEREST_E2E_TAP="$PWD/build/executable/tap-pinterest"
compile build/debug

for sanitizer in asan tsan; do
  configure "$sanitizer"
  compile "build/$sanitizer"
done

configure fuzz
compile --preset fuzz

say "tests"
# Some of them mostly wait.
ctest --preset debug --parallel "$(($(nproc) + 1))" "$@"
