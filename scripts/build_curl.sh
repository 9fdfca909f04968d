#!/usr/bin/env bash
# Builds libcurl for linking in, on Debian 12: Debian's source with its security patches, for https alone.
# Usage: scripts/build_curl.sh. It goes to build/curl, for cmake -DCURL_ROOT.
#
# Debian's own libcurl.a needs Kerberos and LDAP, which have no static libraries.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

prefix=$PWD/build/curl
work=$PWD/build/curl-work
if [[ -f "$prefix/lib/libcurl.a" ]]; then exit 0; fi
echo "building libcurl"
scripts/install_packages.sh build static
rm -rf "$work"
mkdir -p "$work/lists/partial"
# shellcheck disable=SC1091
. /etc/os-release
printf 'deb-src http://deb.debian.org/%s main\n' "debian $VERSION_CODENAME" "debian $VERSION_CODENAME-updates" \
  "debian-security $VERSION_CODENAME-security" >"$work/sources.list"
lists=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
       -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=)
(
  cd "$work"
  apt-get "${lists[@]}" update -qq
  apt-get "${lists[@]}" source -qq --only-source curl >source.log
)
cmake -S "$work"/curl-*/ -B "$work/build" -G Ninja --log-level=WARNING \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
  -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF -DHTTP_ONLY=ON \
  -DCURL_USE_OPENSSL=ON -DOPENSSL_USE_STATIC_LIBS=ON -DZLIB_USE_STATIC_LIBS=ON -DCURL_USE_LIBSSH2=OFF \
  -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DCURL_DISABLE_NTLM=ON -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none >/dev/null
cmake --build "$work/build" --target install -- --quiet >/dev/null
rm -rf "$work"
