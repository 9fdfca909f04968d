#!/usr/bin/env bash
# Installs a wheel into another Debian, which has no libcurl and no compiler, and syncs over https there.
# Usage: scripts/check_wheel.sh WHEEL [SUITE]. SUITE is a release of Debian (trixie). Needs root, for chroot.
set -euo pipefail
wheel=$(realpath "${1:?usage: scripts/check_wheel.sh WHEEL [SUITE]}") suite=${2:-trixie}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/start_simulator.sh

root=$PWD/build/check-wheel/$suite
simulator=${PINTEREST_SIMULATOR:-$PWD/build/release/tests/simulator/pinterest-simulator}
say() { printf '\n== %s [%d s]\n' "$1" "$SECONDS"; }

say "packages"
scripts/install_packages.sh check
if [[ ! -x "$simulator" ]]; then
  scripts/install_packages.sh build simulator
  cmake --preset release --log-level=WARNING >/dev/null
  cmake --build build/release --target pinterest-simulator
fi

say "a fresh $suite"
rm -rf "$root"
mkdir -p "$root"
debootstrap --variant=minbase --include=ca-certificates,python3-venv "$suite" "$root" >"$root.log" ||
  { tail "$root.log"; exit 1; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
if compgen -G "$root/usr/lib/*/libcurl*" >/dev/null; then echo "$suite has a libcurl already"; exit 1; fi

say "install the wheel"
mkdir "$root/work"
cp "$wheel" "$root/work"
inside python3 -m venv /work/venv
before=$(date +%s%N)
inside /work/venv/bin/pip install --quiet --no-index "/work/$(basename "$wheel")"
echo "installed in $((($(date +%s%N) - before) / 1000000)) ms"
tap=/work/venv/bin/tap-pinterest
inside "$tap" --version

say "a Pinterest with a certificate of an authority that nobody knows"
secrets=$root/work/certificates
mkdir "$secrets"
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
openssl req -x509 "${new_key[@]}" -keyout "$secrets/authority.key" -out "$secrets/authority.crt" -subj "/CN=An authority" \
  -days 30 2>/dev/null
openssl req -new "${new_key[@]}" -keyout "$secrets/server.key" -out "$secrets/server.csr" -subj /CN=127.0.0.1 2>/dev/null
openssl x509 -req -in "$secrets/server.csr" -CA "$secrets/authority.crt" -CAkey "$secrets/authority.key" -days 30 \
  -out "$secrets/server.crt" -extfile <(echo subjectAltName=IP:127.0.0.1) 2>/dev/null
start_simulator "$root/work/simulator.log" "$simulator" --accounts 1 --tls-cert "$secrets/server.crt" \
  --tls-key "$secrets/server.key"
cat >"$root/work/config.json" <<JSON
{"api_url": "https://127.0.0.1:$port/v5", "access_token": "access-token-000000"}
JSON
# sync NAME=VALUE...: syncs with that environment.
sync() {
  inside "$@" "$tap" --config /work/config.json >"$root/work/out.jsonl" 2>"$root/work/log"
}
shows_records() {
  printf '%s: %d records\n' "$1" "$(grep -c '^{"type":"RECORD"' "$root/work/out.jsonl")"
}

say "sync over https"
if sync; then echo "an unknown authority was trusted"; exit 1; fi
grep -m 1 CRITICAL "$root/work/log"
for variable in SSL_CERT_FILE CURL_CA_BUNDLE; do
  sync "$variable=/work/certificates/authority.crt" || { cat "$root/work/log"; exit 1; }
  shows_records "$variable"
done
cp "$secrets/authority.crt" "$root/usr/local/share/ca-certificates/"
inside update-ca-certificates >/dev/null 2>&1
sync || { cat "$root/work/log"; exit 1; }
shows_records "the system's authorities"
echo "$(basename "$wheel") works on $suite"
