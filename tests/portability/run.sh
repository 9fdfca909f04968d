#!/usr/bin/env bash
# Builds the tap with other compilers and libraries and for other architectures, and runs the unit tests there.
# Usage: tests/portability/run.sh [NAME...], of the table below; without names, all of it. Needs root, for chroot.
# Each has a Debian in build/portability, where the next run finds the packages and what ccache keeps.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit

# NAME.sh makes what packages do not provide, and NAME.cmake describes it.
# name       suite     architecture  compiler       packages
table="
gcc-12       bookworm  amd64         g++-12         g++-12
clang-14     bookworm  amd64         clang++-14     clang-14
clang-19     bookworm  amd64         clang++-19     clang-19
i386         bookworm  i386          g++-12         g++-12
musl         bookworm  amd64         /musl/bin/c++  bzip2 googletest make perl python3-venv xz-utils
trixie       trixie    amd64         g++            g++
trixie-clang trixie    amd64         clang++        clang
sid          sid       amd64         g++            g++
sid-clang    sid       amd64         clang++-23     clang-23"
libraries=(libcli11-dev libcurl4-openssl-dev libfmt-dev libspdlog-dev nlohmann-json3-dev)
packages=("${libraries[@]}" ca-certificates ccache cmake libgtest-dev libssl-dev ninja-build python3)

here=tests/portability
work=$PWD/build/portability
authorities=/etc/ssl/certs/ca-certificates.crt
mkdir -p "$work"

# inside ROOT COMMAND...: with /proc and /dev, which the tests need and which are gone when it ends.
inside() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork bash -c '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" || exit
    exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
      CCACHE_DIR=/ccache CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" "$@"' "$@"
}

# make_debian ROOT SUITE ARCHITECTURE PACKAGE...
make_debian() {
  if [[ ! -e "$1/made" ]]; then
    rm -rf "$1"
    debootstrap --variant=minbase --arch="$3" "$2" "$1" && touch "$1/made" || return
  fi
  # A mirror may lag behind.
  inside "$1" apt-get -o Acquire::Check-Valid-Until=false update -qq &&
    inside "$1" apt-get install -y -qq --no-install-recommends "${packages[@]}" "${@:4}" || return
  # This machine may have to trust more than Debian does.
  if [[ -e $authorities ]]; then cp $authorities "$1$authorities"; fi
}

# build_and_test ROOT NAME COMPILER
build_and_test() {
  local root=$1 name=$2 options=(-DCMAKE_CXX_COMPILER="$3")
  rm -rf "$root/source" "$root/build"
  mkdir "$root/source"
  tar --create --exclude=./build --exclude=./.git . | tar --extract --directory="$root/source" || return
  if [[ -e "$here/$name.sh" ]]; then inside "$root" "/source/$here/$name.sh" || return; fi
  if [[ -e "$here/$name.cmake" ]]; then options=(-DCMAKE_TOOLCHAIN_FILE="/source/$here/$name.cmake"); fi
  inside "$root" cmake -S /source -B /build -G Ninja "${options[@]}" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS_DEBUG= -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DTAP_PINTEREST_SIMULATOR=OFF &&
    inside "$root" cmake --build /build -- -k 0 &&
    inside "$root" ctest --test-dir /build --label-exclude check --output-on-failure --no-tests=error
}

# As in 9.1.0 of 1:9.1.0+ds1-2.
versions() {
  # shellcheck disable=SC2016
  inside "$1" dpkg-query --show --showformat='${Version}\n' "${libraries[@]}" |
    sed -E 's/.*really\.//; s/^[0-9]+://; s/[-+].*//'
}

row() { printf '%-13s %-47s %-8s %-8s %-8s %-8s %-8s %-9s %-7s %s\n' "$@"; }
results=$(row environment compiler CLI11 libcurl fmt spdlog json warnings time tests)
failed=0
# run NAME SUITE ARCHITECTURE COMPILER PACKAGE...
run() {
  local name=$1 compiler=$4 root=$work/$2-$3 log=$work/$1.log start=$SECONDS tests
  printf '\n== %s [%d s]\n' "$name" "$SECONDS"
  if { make_debian "$root" "$2" "$3" "${@:5}" && build_and_test "$root" "$name" "$compiler"; } &>"$log"; then
    tests=$(grep '% tests passed' "$log")
  else
    failed=1
    tests=$(grep '% tests passed' "$log" || echo "not built")
    tail -n 40 "$log"
  fi
  mapfile -t < <(inside "$root" "$compiler" --version | head -n 1; versions "$root")
  results+=$'\n'$(row "$name" "${MAPFILE[@]}" "$(grep -c '^/source/.*warning:' "$log")" "$((SECONDS - start)) s" "$tests")
}

scripts/install_packages.sh check || exit
if (($# == 0)); then mapfile -t < <(awk 'NF { print $1 }' <<<"$table") && set -- "${MAPFILE[@]}"; fi
for name in "$@"; do
  line=$(awk -v name="$name" '$1 == name' <<<"$table")
  if [[ -z "$line" ]]; then echo "not in the table: $name" >&2; exit 2; fi
  # shellcheck disable=SC2086
  run $line
done
printf '\n%s\n' "$results"
exit "$failed"
