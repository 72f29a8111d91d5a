#!/usr/bin/env bash
# Puts the packages of the lockfile into node_modules, Node itself among them. Needs npm and, the first time, the network.
# Called by make when package-lock.json is newer than node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

NAME=$(printf '%-34s' 'node packages')

if ! command -v npm >/dev/null; then
  echo "npm is not installed. Install Node.js 20 or newer with npm; the Node that runs L4Balancer then comes from the lockfile." >&2
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
  echo "npm ci failed. It needs a package registry (npm's own settings say which), and the lockfile as it was committed." >&2
  exit 1
fi
if [[ ! -x node_modules/.bin/node ]]; then
  echo "npm has no Node for this machine ($(uname -sm)): Linux with glibc on x64 or arm64 is needed." >&2
  exit 1
fi
touch node_modules/.package-lock.json
printf '  ✓ %s %4d s\n' "$NAME" "$((SECONDS - started))" >&2
