#!/usr/bin/env bash
# The editors, then the long run of races. What is missing is installed (setup/) or named.
#
# Needs `penna` and `pytest` on PATH: `make e2e` puts the checkout's own there.
# PENNA_EDITORS: where the editors are kept, else .cache/editors. PENNA_RACES: how many races.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v penna pytest >/dev/null || { echo "e2e: penna is not on PATH: run \`make e2e\`." >&2; exit 1; }

began=$SECONDS
for part in debian editors vscode; do
    bash "tests/e2e/setup/$part.sh"
done
echo "e2e: set up in $((SECONDS - began)) s"

began=$SECONDS
# The default options leave tests/e2e out.
pytest -o addopts="--strict-markers --strict-config -ra" -n 2 tests/e2e
echo "e2e: editors in $((SECONDS - began)) s"

began=$SECONDS
PENNA_RACES=${PENNA_RACES:-50000} pytest -n 2 tests/race
echo "e2e: races in $((SECONDS - began)) s"
