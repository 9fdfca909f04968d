#!/usr/bin/env bash
# Makes what musl.cmake describes, in the Debian 12 that run.sh runs this in: clang, libc++, and musl from PyPI's ziglang,
# and static libraries from Debian's sources.
set -euo pipefail
if [[ -e /musl/made ]]; then exit 0; fi

rm -rf /musl
mkdir -p /musl/bin /musl/work
python3 -m venv /musl/venv
# Later ones have a strtoull() of their own, which stops at the digit that overflows.
/musl/venv/bin/pip install --quiet ziglang==0.15.2
zig=$(echo /musl/venv/lib/python3*/site-packages/ziglang/zig)
for tool in "cc -target x86_64-linux-musl" "c++ -target x86_64-linux-musl" ar ranlib; do
  printf '#!/bin/sh\nZIG_GLOBAL_CACHE_DIR=/musl/cache exec %s %s "$@"\n' "$zig" "$tool" >"/musl/bin/${tool%% *}"
done
chmod +x /musl/bin/*

# In /usr/include, the header-only libraries would pull in glibc's headers.
dpkg --listfiles nlohmann-json3-dev libcli11-dev libfmt-dev libfmt9 libspdlog-dev libspdlog1.10 |
  sed -nE '\@/(include|cmake)/|\.so@ s@^/@@p' |
  tar --create --directory=/ --no-recursion --files-from=- | tar --extract --directory=/musl
sed -i 's/fmt::fmt"/fmt::fmt-header-only"/' /musl/usr/lib/*/cmake/spdlog/*.cmake

cd /musl/work
echo "deb-src http://deb.debian.org/debian bookworm main" >/etc/apt/sources.list.d/source.list
apt-get update -qq
apt-get source -qq --tar-only curl openssl zlib
for archive in *.orig.tar.*; do tar --extract --file="$archive"; done

export CC=/musl/bin/cc AR=/musl/bin/ar RANLIB=/musl/bin/ranlib CFLAGS=-O1
(cd zlib-*/ && ./configure --static --prefix=/musl/usr && make -s install)
(
  cd openssl-*/
  ./Configure linux-x86_64 --prefix=/musl/usr --libdir=lib no-shared no-tests no-dso no-engine no-legacy
  make -s -j "$CMAKE_BUILD_PARALLEL_LEVEL" build_libs
  make -s install_dev >/dev/null
)
# build FOLDER OPTION...
build() {
  cmake -S "$1" -B "$1/build" -G Ninja --log-level=WARNING -DCMAKE_TOOLCHAIN_FILE=/source/tests/portability/musl.cmake \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/musl/usr -DBUILD_SHARED_LIBS=OFF "${@:2}"
  cmake --build "$1/build" --target install -- --quiet
}
build curl-*/ -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON \
  -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DCURL_DISABLE_NTLM=ON -DCURL_CA_BUNDLE=none \
  -DCURL_CA_PATH=none
cp -r /usr/src/googletest .
build googletest -DBUILD_GMOCK=OFF
touch /musl/made
