#!/usr/bin/env bash
# Checks that clang-format would change nothing. Usage: check_format.sh SOURCE_DIR
set -euo pipefail
cd "$1"
find include src tests -name '*.[ch]pp' -print0 | xargs -0 clang-format-14 --dry-run --Werror
