#!/usr/bin/env bash
# Installs the packages of the lockfile into node_modules, including Node itself. Needs npm and, the first time,
# the network.
# Called by make when package-lock.json is newer than node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
  echo "npm is not installed. Install Node.js 20 or newer with npm; the Node that runs L4Balancer comes with the packages." >&2
  exit 1
fi

# Two installations at the same time would remove each other's files. Locks the checkout, until this shell ends.
exec 9<.
if command -v flock >/dev/null && ! flock --nonblock 9; then
  echo '  … node packages: waiting for another installation' >&2
  flock 9
fi
if [[ node_modules/.package-lock.json -nt package-lock.json ]]; then exit 0; fi

if ! scripts/step.sh 'node packages' npm ci --no-audit --no-fund 9<&-; then
  echo "npm ci failed. It needs the package registry of npm's settings, and the lockfile as committed." >&2
  exit 1
fi
if [[ ! -x node_modules/.bin/node ]]; then
  echo "npm provides no Node for this machine ($(uname -sm)): L4Balancer needs Linux with glibc on x64 or arm64." >&2
  exit 1
fi
touch node_modules/.package-lock.json
