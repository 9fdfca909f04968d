# The cross-compiler and libraries of musl.sh.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER /musl/bin/cc)
set(CMAKE_CXX_COMPILER /musl/bin/c++)
set(CMAKE_AR /musl/bin/ar)
set(CMAKE_RANLIB /musl/bin/ranlib)
# Without optimization zig adds a sanitizer.
set(CMAKE_C_FLAGS_INIT -fno-sanitize=undefined)
# spdlog before 1.12 wants stat64(), which newer musl shows only on demand.
set(CMAKE_CXX_FLAGS_INIT "-fno-sanitize=undefined -D_LARGEFILE64_SOURCE")
set(CMAKE_FIND_ROOT_PATH /musl)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Where Debian has the descriptions of its packages.
set(CMAKE_LIBRARY_ARCHITECTURE x86_64-linux-gnu)
