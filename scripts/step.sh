#!/usr/bin/env bash
# Runs one command as a step of make. Prints how long it took, and its output only if it fails.
#   scripts/step.sh NAME COMMAND …
set -euo pipefail
name=$(printf '%-34s' "$1")
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
started=$SECONDS
if [[ -t 2 ]]; then printf '  … %s' "$name" >&2; fi
if "$@" >"$log" 2>&1; then mark='✓' status=0; else mark='✗' status=$?; fi
if [[ -t 2 ]]; then printf '\r\e[2K' >&2; fi
printf '  %s %s %4d s\n' "$mark" "$name" "$((SECONDS - started))" >&2
if ((status != 0)); then cat "$log" >&2; fi
exit "$status"
