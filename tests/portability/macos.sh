#!/usr/bin/env bash
# Compiles all sources for macOS, without linking them: with PyPI's zig, which has Darwin's headers, and the headers of
# Debian's libraries.
# Usage: tests/portability/macos.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$PWD/build/portability/macos
scripts/install_packages.sh build static demo
mkdir -p "$work/include/openssl"
if [[ ! -x "$work/venv/bin/pip" ]]; then python3 -m venv "$work/venv"; fi
"$work/venv/bin/pip" install --quiet ziglang==0.15.2
# Without what lies beside them, which is glibc's.
multiarch=/usr/include/$(dpkg-architecture --query DEB_HOST_MULTIARCH)
ln -sfn /usr/include/{CLI,fmt,nlohmann,spdlog} "$multiarch/curl" "$work/include"
ln -sfn /usr/include/openssl/* "$multiarch"/openssl/* "$work/include/openssl"

for room in src/*/ src/main.cpp; do
  echo "$room"
  find "$room" -name '*.cpp' -printf '#include "%p"\n' | sort |
    "$work/venv/bin/python" -m ziglang c++ -target aarch64-macos -c -o "$work/room.o" -x c++ - -std=c++20 \
      -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-unused-command-line-argument \
      -I. -Iinclude -isystem "$work/include" \
      -DFMT_HEADER_ONLY -DSPDLOG_FMT_EXTERNAL -DTAP_PINTEREST_VERSION='"0"'
done
echo "All sources compile for macOS."
