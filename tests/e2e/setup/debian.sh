#!/usr/bin/env bash
# The Debian packages that the other steps and the tests need, from the machine's own apt sources.
source "$(dirname "$0")/common.sh"

PACKAGES=(mmdebstrap patchelf tmux chromium)
PROGRAMS=(mmdebstrap patchelf tmux chromium python3)

present() {
    command -v "${PROGRAMS[@]}" && chromium --version
}

# Locks may be held by another apt on the machine: wait for them.
install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=120 -qq update
    apt-get -o DPkg::Lock::Timeout=120 -qq install --yes --no-install-recommends "${PACKAGES[@]}"
}

command -v apt-get >/dev/null || fail "the editors are set up on Debian only: apt-get is missing."
present >/dev/null 2>&1 || root_only "one of ${PACKAGES[*]}"
step debian "${PACKAGES[*]}" present install_packages
