#!/usr/bin/env bash
# Neovim, Helix, Emacs (with eglot) and lsp-mode of Debian's newest suite, unpacked into the cache.
#
# Nothing of it is installed into the system: each program is pointed at the libraries beside it.
source "$(dirname "$0")/common.sh"

SUITE=sid
DEBIAN=$EDITORS/debian

# The mirror is whichever the machine's own apt sources use for Debian itself.
mirror() {
    apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
        awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }'
}

# patched PROGRAM...: use the loader and the libraries of the unpacked suite.
patched() {
    local program
    for program; do
        patchelf --set-interpreter "$DEBIAN/usr/lib64/ld-linux-x86-64.so.2" \
            --force-rpath --set-rpath "$DEBIAN/usr/lib/x86_64-linux-gnu" "$program"
    done
}

install_editors() {
    local from emacs dump libexec
    from=$(mirror)
    [ -n "$from" ] || { echo "the apt sources name no Debian mirror"; return 1; }
    rm -rf "$DEBIAN"
    mmdebstrap --quiet --variant=extract --components=main \
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
        --include=neovim,hx,emacs-nox,elpa-lsp-mode "$SUITE" "$DEBIAN" "$from"
    rm -rf "$DEBIAN"/usr/share/{doc,locale,man} "$DEBIAN"/usr/include "$DEBIAN"/var
    emacs=$(basename "$(echo "$DEBIAN"/usr/share/emacs/[0-9]*)")
    libexec=$(echo "$DEBIAN/usr/libexec/emacs/$emacs"/*)
    dump=$(echo "$libexec"/*.pdmp)
    patched "$DEBIAN"/usr/bin/{nvim,emacs-nox,emacsclient.emacs} "$DEBIAN/usr/lib/hx/hx"
    wrapper nvim <<SH
export VIMRUNTIME=$DEBIAN/usr/share/nvim/runtime
exec $DEBIAN/usr/bin/nvim "\$@"
SH
    wrapper hx <<SH
export HELIX_RUNTIME=$DEBIAN/usr/lib/hx/runtime
exec $DEBIAN/usr/lib/hx/hx "\$@"
SH
    wrapper emacs <<SH
export EMACSLOADPATH=$DEBIAN/usr/share/emacs/$emacs/lisp
export EMACSDATA=$DEBIAN/usr/share/emacs/$emacs/etc EMACSDOC=$DEBIAN/usr/share/emacs/$emacs/etc
export EMACSPATH=$libexec
exec $DEBIAN/usr/bin/emacs-nox --dump-file=$dump "\$@"
SH
    wrapper emacsclient <<SH
exec $DEBIAN/usr/bin/emacsclient.emacs "\$@"
SH
}

works() {
    nvim --version | grep -q '^NVIM v0\.1[2-9]' &&
        hx --version | grep -qE '^helix 2[5-9]\.' &&
        emacs -Q --batch --eval '(progn (require (quote eglot)) (princ emacs-version))' &&
        emacsclient --version &&
        ls "$DEBIAN"/usr/share/emacs/site-lisp/elpa-src/lsp-mode-*/lsp-mode.el
}

step editors "$SUITE 1" works install_editors
nvim --version | head -n 1
hx --version
emacs --version | head -n 1
