"""VS Code's web server, Chromium before it, and a generic LSP client in its extension host.

Keys and clicks go through the browser; what is read and what has no key of its own goes through
a socket to the extension host (`vscode/inside.cjs`).
"""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from tests.e2e.readme import block
from tests.e2e.wire import TimedOut, Value, wait_for
from tests.e2e.world import EDITORS, ROOT, World

HERE = ROOT / "tests" / "e2e" / "vscode"
MODULES = EDITORS / "modules"

# Modules that esbuild takes the client from: the newest, and the one of the extension named in
# the README.
CLIENTS = {11: "vscode-languageclient", 9: "languageclient-9"}

# Nothing that bears on edits: no questions, and keys that type what they say.
PLUMBING: Mapping[str, object] = {
    "security.workspace.trust.enabled": False,
    "workbench.startupEditor": "none",
    "editor.quickSuggestions": False,
    "editor.wordBasedSuggestions": "off",
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.find.seedSearchStringFromSelection": "never",
    "chat.disableAIFeatures": True,
}
READY = "Extension host agent listening on "


@dataclass(slots=True)
class _Peer:
    """The other end of a line of JSON questions and answers."""

    name: str
    asks: IO[str]
    hears: IO[str]

    def ask(self, question: str, **given: object) -> Value:
        self.asks.write(json.dumps({"ask": question, **given}) + "\n")
        self.asks.flush()
        line = self.hears.readline()
        assert line, f"{self.name} is gone"
        answer = json.loads(line)
        assert "error" not in answer, f"{self.name}, asked to {question}: {answer['error']}"
        result: Value = answer["result"]
        return result


@dataclass(slots=True)
class VSCode:
    """One VS Code with one file, and the client of this major version."""

    world: World
    client: int
    path: Path = field(init=False)
    page: _Peer = field(init=False)
    inside: _Peer = field(init=False)
    closing: ExitStack = field(init=False, default_factory=ExitStack)

    def open(self, path: Path) -> None:
        self.path = path
        base = self.world.folder / "vscode"
        settings = base / "data" / "User" / "settings.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps(json.loads(block("settings.json")) | PLUMBING))
        extension = self._extension(base)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.world.folder / "inside"))
            listener.listen()
            listener.settimeout(60)
            port = self._serve(base)
            self._browse(port, extension)
            connection = self.closing.enter_context(listener.accept()[0])
        writing = self.closing.enter_context(connection.makefile("w"))
        reading = self.closing.enter_context(connection.makefile("r"))
        self.inside = _Peer("VS Code", writing, reading)
        self.inside.ask("open", path=str(path))
        self.page.ask("focus")
        self.world.wire.wait_started()

    def run(self, kind: str, lines: tuple[int, int]) -> None:
        self.select(lines)
        wait_for("a code action", lambda: self.inside.ask("offered", kind=kind), 20.0)
        [key] = [
            each for each in json.loads(block("keybindings.json")) if each["args"]["kind"] == kind
        ]
        wait_for("the command", lambda: self._commanded(key), scene=self.world.wire.scene)

    def _commanded(self, key: Mapping[str, object]) -> bool:
        """Whether the key had an effect: it has none while VS Code reads the actions anew."""
        asked = len(self.world.wire.from_editor("workspace/executeCommand"))
        self.inside.ask("command", command=key["command"], given=key["args"])
        with suppress(TimedOut):
            return wait_for(
                "workspace/executeCommand",
                lambda: len(self.world.wire.from_editor("workspace/executeCommand")) > asked,
                20.0,
            )
        return False

    def select(self, lines: tuple[int, int]) -> None:
        self.inside.ask("select", first=lines[0], last=lines[1])

    def type_behind(self, marker: str, text: str, pace: Callable[[], None]) -> None:
        # The explanation opens before the code: the user goes back to it first.
        self.inside.ask("open", path=str(self.path))
        self.page.ask("press", key="Control+f")
        self.page.ask("wait", selector=".find-widget.visible textarea:focus")
        self.page.ask("type", text=marker)
        for key in ("Enter", "Escape"):
            self.page.ask("press", key=key)
        self.page.ask("wait", selector=".monaco-editor.focused")
        self.page.ask("press", key="End")
        for key in text:
            self.page.ask("type", text=key)
            pace()

    def undo(self) -> None:
        self.page.ask("press", key="Control+z")

    def cancel(self) -> None:
        """The button of the progress notification, behind the bell."""
        self.inside.ask("command", command="notifications.showList")
        self.page.ask("click", selector=".notifications-center .monaco-button:has-text('Cancel')")

    def text(self) -> str:
        return str(self.inside.ask("text"))

    def beside(self, path: Path) -> str:
        """In virtual documents with the newest client, else in files."""
        texts = self.inside.ask("texts", suffix=".md")
        assert isinstance(texts, Sequence), "a list of texts"
        return str(texts[-1])

    def close(self) -> None:
        self.closing.close()

    def _extension(self, base: Path) -> Path:
        """The test extension, bundled with the client of this version."""
        folder = base / "extension"
        folder.mkdir()
        shutil.copy(HERE / "package.json", folder)
        esbuild = [str(MODULES / "node_modules" / ".bin" / "esbuild"), "extension.js", "--bundle"]
        target = ["--platform=node", "--external:vscode", f"--outfile={folder / 'extension.js'}"]
        alias = f"--alias:vscode-languageclient={CLIENTS[self.client]}"
        subprocess.run(
            [*esbuild, *target, alias, "--log-level=error"],
            cwd=HERE,
            env={**self.world.env, "NODE_PATH": str(MODULES / "node_modules")},
            check=True,
        )
        return folder

    def _serve(self, base: Path) -> int:
        """Start VS Code's server; its port."""
        log = self.world.folder / "vscode-server.log"
        options = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token"]
        options += ["--accept-server-license-terms", "--telemetry-level", "off"]
        options += ["--enable-smoke-test-driver", "--force-disable-user-env"]
        options += ["--server-data-dir", str(base), "--extensions-dir", str(base / "extensions")]
        env = {**self.world.env, "PENNA_E2E_SOCKET": str(self.world.folder / "inside")}
        command = [
            str(EDITORS / "bin" / "node"),
            str(EDITORS / "vscode" / "out" / "server-main.js"),
        ]
        with log.open("w") as output:
            server = subprocess.Popen([*command, *options], env=env, stdout=output, stderr=output)
        self.closing.callback(server.wait, 30)
        self.closing.callback(server.terminate)

        def announced() -> str | None:
            _, found, rest = log.read_text().partition(READY)
            return rest.split()[0] if found and "\n" in rest else None

        return int(wait_for("VS Code's server", announced))

    def _browse(self, port: int, extension: Path) -> None:
        remote = f"vscode-remote://localhost:{port}"
        payload = [
            ["extensionDevelopmentPath", f"{remote}{extension}"],
            ["extensionTestsPath", f"{remote}{HERE / 'inside.cjs'}"],
        ]
        folder, encoded = quote(str(self.world.workspace)), quote(json.dumps(payload))
        url = f"http://localhost:{port}/?folder={folder}&payload={encoded}"
        chromium = shutil.which("chromium")
        assert chromium, "chromium is not installed: run tests/e2e/run.sh"
        with (self.world.folder / "browser.log").open("w") as errors:
            browser = subprocess.Popen(
                [str(EDITORS / "bin" / "node"), str(HERE / "browser.mjs"), chromium, url],
                cwd=MODULES,
                env=self.world.env,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        assert browser.stdin and browser.stdout
        self.closing.callback(browser.wait, 30)
        asks = self.closing.enter_context(browser.stdin)
        # The end of its standard input is what ends it; it must come before the wait.
        hears = self.closing.enter_context(browser.stdout)
        self.page = _Peer("the browser", asks, hears)
