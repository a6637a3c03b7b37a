#!/usr/bin/env bash
# Sees that the programs named are there, and installs those that are not from Debian's packages of the same name.
set -euo pipefail
# Where Debian puts servers; not on everybody's path.
PATH="$PATH:/usr/sbin"
missing=()
for program in "$@"; do
  command -v "$program" >/dev/null || missing+=("$program")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "These are missing and this is no Debian to install them on: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}"
for program in "${missing[@]}"; do
  command -v "$program" >/dev/null || { echo "$program was installed but is not on the PATH" >&2; exit 1; }
done
