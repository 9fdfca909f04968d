#!/usr/bin/env bash
# Installs the Debian packages of the groups named as arguments (build, static, simulator, demo, wheel, check, bench,
# test), those that are missing only: quick when there are none.
set -euo pipefail

declare -A groups=(
  [build]="ca-certificates g++ cmake ninja-build libcurl4-openssl-dev libssl-dev nlohmann-json3-dev
           libcli11-dev libspdlog-dev libfmt-dev"
  [simulator]="libboost-dev"
  [demo]="python3-venv"
  [check]="binutils debootstrap openssl"
  [static]="dpkg-dev zlib1g-dev"
  [wheel]="binutils python3 python3-venv"
  [bench]="curl libsimdjson-dev python3"
  [test]="ccache chromium chromium-driver clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev libgtest-dev openssl
          postgresql pypy3
         pypy3-venv python3 python3-venv"
)

is_installed() {
  [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "This is not Debian: install by hand what is missing of" "${groups[@]}" >&2
  exit 0
fi

missing=()
for group in "$@"; do
  for package in ${groups[$group]}; do
    is_installed "$package" || missing+=("$package")
  done
done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "Neither root nor sudo is there to install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
