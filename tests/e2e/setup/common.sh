# What the set-up scripts share: where things go, timed steps, and one way to fail.
#
# A step leaves a stamp that holds its version and the folder it was made for; a stamp that says
# otherwise, or a program that no longer answers, makes it run again. Nothing is downloaded but
# through apt, mmdebstrap, pip and npm, from wherever this machine has them configured.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
EDITORS=${PENNA_EDITORS:-$ROOT/.cache/editors}
export EDITORS PATH="$EDITORS/bin:$PATH"
mkdir -p "$EDITORS/bin" "$EDITORS/stamps"

fail() {
    echo "e2e: $*" >&2
    exit 1
}

# step NAME VERSION VERIFY INSTALL: run INSTALL unless NAME's stamp fits and VERIFY succeeds.
step() {
    local name=$1 version=$2 verify=$3 install=$4 stamp=$EDITORS/stamps/$1
    local wanted="$version $EDITORS" began=$SECONDS log=$EDITORS/$1.log
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$verify" >/dev/null 2>&1; then
        echo "e2e: $name is there"
        return
    fi
    rm -f "$stamp"
    # Not within a condition: there bash would not stop at the first failing command.
    set +e
    (set -e; "$install") >"$log" 2>&1
    local code=$?
    set -e
    if [ $code -ne 0 ]; then
        tail -n 15 "$log" >&2
        fail "$name could not be installed; see $log."
    fi
    "$verify" >>"$log" 2>&1 || fail "$name was installed but does not start; see $log."
    echo "$wanted" >"$stamp"
    echo "e2e: $name installed in $((SECONDS - began)) s"
}

# wrapper NAME: make bin/NAME out of the shell lines on stdin.
wrapper() {
    { echo '#!/bin/sh'; cat; } >"$EDITORS/bin/$1"
    chmod +x "$EDITORS/bin/$1"
}

root_only() {
    [ "$(id -u)" = 0 ] || fail "$1 is missing: install it with apt-get, or run this as root."
}
