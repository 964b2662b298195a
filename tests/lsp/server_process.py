"""The real `penna lsp` as a child process, its messages raw: what is said wrongly can be said too.

An `Editor` behaves as an editor should: it keeps texts and versions, applies edits whose version
fits, answers every question, and remembers what it was told. A test may take over any answer.
Its positions are computed on their own, not with the server's code.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lsp.server_buffer import Buffer

CLIENTS = Path(__file__).parent / "clients"
# Seconds. Nothing takes as long unless it hangs, or the machine is very slow.
PATIENCE = 60.0
REQUEST_FAILED = -32803
WRONG_PARAMS = -32602

Json = dict[str, Any]


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.code = error["code"]


@dataclass
class Editor:
    """One editor and its server. `answers` by method replace what it would answer by itself."""

    process: asyncio.subprocess.Process
    root: Path
    encoding: str = "utf-16"
    buffers: dict[str, Buffer] = field(default_factory=dict)
    answers: dict[str, Callable[[Json], Any]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    progress: dict[str, list[Json]] = field(default_factory=dict)
    ended: dict[str, Json] = field(default_factory=dict)
    n_edits: int = 0
    settings: Json | None = None
    _asked: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    # Talking

    async def request(self, method: str, params: object) -> Any:
        """The result. Raises `Refused`."""
        number = len(self._asked) + 1
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self.send({"id": number, "method": method, "params": params})
        async with asyncio.timeout(PATIENCE):
            return await future

    def notify(self, method: str, params: object) -> None:
        self.send({"method": method, "params": params})

    def send(self, message: Json) -> None:
        self.send_body(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_body(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds; it is looked at after every message."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: bool(condition()))

    # Editing

    def open(self, name: str, text: str, language: str = "python") -> str:
        """Write the file, open it, and return its URI."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        uri = path.as_uri()
        self._open(uri, language, text)
        return uri

    def text(self, uri: str) -> str:
        return self.buffers[uri].text

    def insert(self, uri: str, at: int, text: str) -> None:
        """What a user types."""
        self._changed(uri, [self.buffers[uri].typed(at, text, self.encoding)])

    def close(self, uri: str) -> None:
        del self.buffers[uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    # Actions

    async def menu(
        self, uri: str, place: Sequence[int], context: Mapping[str, object] | None = None
    ) -> list[Json]:
        """The code actions for a pair of offsets."""
        given = {"diagnostics": [], "triggerKind": 1, **(context or {})}
        range_ = self.buffers[uri].range(place[0], place[1], self.encoding)
        params = {"textDocument": {"uri": uri}, "range": range_, "context": given}
        rows = await self.request("textDocument/codeAction", params)
        return list(rows or [])

    async def run(self, action: str, uri: str, place: Sequence[int] = (0, 0), **more: Any) -> str:
        """Start a job; its id."""
        argument = {
            "action": action,
            "uri": uri,
            "version": self.buffers[uri].version if uri in self.buffers else 1,
            "range": self.buffers[uri].range(place[0], place[1], self.encoding)
            if uri in self.buffers
            else None,
            **more,
        }
        return str((await self.command("penna.run", argument))["job"])

    async def command(self, name: str, argument: object) -> Any:
        params = {"command": name, "arguments": [argument]}
        return await self.request("workspace/executeCommand", params)

    async def end_of(self, job: str) -> Json:
        """The parameters of the job's penna/jobEnded."""
        await self.until(lambda: job in self.ended)
        return self.ended[job]

    # Listening

    async def listen(self) -> None:
        """Until the server closes its output."""
        stdout = self.process.stdout
        assert stdout is not None
        while header := await stdout.readline():
            length = int(header.removeprefix(b"Content-Length: "))
            while (await stdout.readline()).strip():
                pass
            message = json.loads(await stdout.readexactly(length))
            self._heard(message)
            async with self._news:
                self._news.notify_all()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(EOFError("the server has ended"))

    def _heard(self, message: Json) -> None:
        if "method" not in message:
            self._answered(message)
        elif "id" in message:
            self._asked_by_server(message)
        else:
            self._told(message["method"], message["params"])

    def _answered(self, message: Json) -> None:
        future = self._asked.get(message["id"])
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(Refused(message["error"]))
        else:
            future.set_result(message["result"])

    def _asked_by_server(self, message: Json) -> None:
        method, params = message["method"], message["params"]
        own = {
            "workspace/applyEdit": self.apply,
            "window/showDocument": self._show,
            "workspace/configuration": lambda _: [self.settings],
            "client/registerCapability": self._register,
        }
        answer = self.answers.get(method) or own.get(method, lambda _: None)
        self.send({"id": message["id"], "result": answer(params)})

    def _told(self, method: str, params: Json) -> None:
        if method == "penna/jobEnded":
            self.ended[params["job"]] = params
        elif method == "$/progress":
            self.progress.setdefault(params["token"], []).append(params["value"])
        elif method == "window/showMessage":
            self.told.append(params["message"])

    def _register(self, params: Json) -> None:
        self.registered += [each["method"] for each in params["registrations"]]

    def _show(self, params: Json) -> Json:
        """Files are opened as documents; anything else is not known."""
        uri = params["uri"]
        if not uri.startswith("file:"):
            return {"success": False}
        if uri not in self.buffers:
            path = Path(uri.removeprefix("file://"))
            language = "markdown" if path.suffix == ".md" else "python"
            self._open(uri, language, path.read_text("utf-8"))
        return {"success": True}

    def apply(self, params: Json) -> Json:
        for change in params["edit"]["documentChanges"]:
            if change.get("kind") == "create":
                Path(change["uri"].removeprefix("file://")).touch()
            elif change.get("kind") == "delete":
                Path(change["uri"].removeprefix("file://")).unlink(missing_ok=True)
            elif not self._apply_edits(change):
                return {"applied": False}
        return {"applied": True}

    def _apply_edits(self, change: Json) -> bool:
        document = change["textDocument"]
        if document["version"] is None:
            return self._apply_to_file(document["uri"], change["edits"])
        buffer = self.buffers.get(document["uri"])
        if buffer is None or document["version"] != buffer.version:
            return False
        self.n_edits += 1
        # All edits of a document are on the text before: the last comes first.
        for edit in sorted(change["edits"], key=_start, reverse=True):
            self._changed(document["uri"], [buffer.applied(edit, self.encoding)])
        return True

    def _apply_to_file(self, uri: str, edits: list[Json]) -> bool:
        """One that is not open: as editors do that write such files at once."""
        assert uri not in self.buffers, "an open document's edit carries its version"
        path = Path(uri.removeprefix("file://"))
        buffer = Buffer(path.read_bytes().decode())
        for edit in sorted(edits, key=_start, reverse=True):
            buffer.applied(edit, self.encoding)
        path.write_bytes(buffer.text.encode())
        return True

    def _open(self, uri: str, language: str, text: str) -> None:
        self.buffers[uri] = Buffer(text)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def _changed(self, uri: str, changes: list[Json]) -> None:
        document = {"uri": uri, "version": self.buffers[uri].version}
        params = {"textDocument": document, "contentChanges": changes}
        self.notify("textDocument/didChange", params)


def _start(edit: Json) -> tuple[int, int]:
    start = edit["range"]["start"]
    return start["line"], start["character"]


def recorded(client: str) -> Json:
    """What this client said of itself when it was recorded."""
    found: Json = json.loads((CLIENTS / f"{client}.json").read_text("utf-8"))
    return found


@asynccontextmanager
async def server(
    root: Path, *, client: str = "vscode", command: Sequence[str] = (), **more: Any
) -> AsyncIterator[Editor]:
    """An initialized server for the workspace `root`. `more` goes into the initialize params."""
    environment = isolated(root.parent / "home")
    _make(root)
    async with started(root, environment, command) as editor:
        await initialize(editor, client, **more)
        yield editor


async def initialize(editor: Editor, client: str, **more: Any) -> Json:
    """The handshake; the server's InitializeResult."""
    said = recorded(client)
    folder = {"uri": editor.root.as_uri(), "name": "workspace"}
    params = {"processId": os.getpid(), "rootUri": folder["uri"], "workspaceFolders": [folder]}
    result: Json = await editor.request("initialize", {**params, **said, **more})
    editor.encoding = result["capabilities"].get("positionEncoding", "utf-16")
    editor.notify("initialized", {})
    return result


@asynccontextmanager
async def started(
    root: Path, environment: Mapping[str, str], command: Sequence[str] = ()
) -> AsyncIterator[Editor]:
    """A server that has not heard a word. It is ended on leaving, whatever it is doing."""
    process = await asyncio.create_subprocess_exec(
        *(command or (sys.executable, "-m", "lsp_server", "lsp")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
        limit=1 << 24,
    )
    editor = Editor(process, root)
    listening = asyncio.create_task(editor.listen())
    try:
        yield editor
    finally:
        if process.returncode is None:
            process.kill()
        await listening
        await process.wait()


def _make(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)


def isolated(home: Path) -> dict[str, str]:
    """An environment in which all of the user's own folders are below `home`."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    folders = {
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_RUNTIME_DIR": home / "run",
        "HOME": home,
    }
    for folder in folders.values():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return kept | {name: str(folder) for name, folder in folders.items()}
