#!/usr/bin/env bash
# Installs the packages of the lockfile into node_modules, including Node itself. Needs npm and, the first time,
# the network.
# Called by make when package-lock.json is newer than node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

NAME=$(printf '%-34s' 'node packages')

if ! command -v npm >/dev/null; then
  echo "npm is not installed. Install Node.js 20 or newer with npm; the Node that runs L4Balancer comes with the packages." >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
started=$SECONDS
# A child of this shell, so that Ctrl-C ends it too.
npm ci --no-audit --no-fund >"$log" 2>&1 &
npm=$!
while kill -0 "$npm" 2>/dev/null; do
  if [[ -t 2 ]]; then printf '\r  … %s %4d s' "$NAME" "$((SECONDS - started))" >&2; fi
  sleep 0.5
done
if [[ -t 2 ]]; then printf '\r\e[2K' >&2; fi
if ! wait "$npm"; then
  printf '  ✗ %s %4d s\n\n' "$NAME" "$((SECONDS - started))" >&2
  cat "$log" >&2
  echo "npm ci failed. It needs the package registry of npm's settings, and the lockfile as committed." >&2
  exit 1
fi
if [[ ! -x node_modules/.bin/node ]]; then
  echo "npm provides no Node for this machine ($(uname -sm)): L4Balancer needs Linux with glibc on x64 or arm64." >&2
  exit 1
fi
touch node_modules/.package-lock.json
printf '  ✓ %s %4d s\n' "$NAME" "$((SECONDS - started))" >&2
