#!/usr/bin/env bash
# Runs one command as a step of make. Prints how long it took, and its output only if it fails. Until it ends, this
# shows that it goes on: on a terminal in one line, elsewhere by a line every 10 seconds.
#   scripts/step.sh NAME COMMAND …
set -euo pipefail
name=$(printf '%-34s' "$1")
shift
log=$(mktemp)
started=$SECONDS

show_progress() {
  while [[ -t 2 ]]; do
    printf '\r  … %s %4d s' "$name" "$((SECONDS - started))" >&2
    sleep 0.5
  done
  while sleep 10; do printf '  … %s %4d s\n' "$name" "$((SECONDS - started))" >&2; done
}
# A process group of its own, so that its sleep ends with it.
set -m
show_progress &
progress=$!
set +m
stop_progress() {
  if [[ -z "$progress" ]]; then return; fi
  kill -- "-$progress" 2>/dev/null || true
  wait "$progress" 2>/dev/null || true
  progress=
  if [[ -t 2 ]]; then printf '\r\e[2K' >&2; fi
}
trap 'stop_progress; rm -f "$log"' EXIT

# In the foreground, so that Ctrl-C ends it too.
if "$@" >"$log" 2>&1; then mark='✓' status=0; else mark='✗' status=$?; fi
stop_progress
printf '  %s %s %4d s\n' "$mark" "$name" "$((SECONDS - started))" >&2
if ((status != 0)); then cat "$log" >&2; fi
exit "$status"
