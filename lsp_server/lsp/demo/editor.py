"""The demo's editor: a pygls client of `penna lsp`, started as a child process.

An edit whose version has passed is refused; one that fits is applied, told by didChange, and only
then answered, as the editor clients that Penna ships do. Deliberately absent: what is shown
(`screen.py`) and what is asked for (`play.py`).
"""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient
from pygls.protocol import LanguageServerProtocol, default_converter

from lsp_server import __version__
from lsp_server.errors import OfferError
from lsp_server.lsp.demo.buffers import Buffer, open_buffer, path_of

F = TypeVar("F", bound=Callable[..., object])

NAME = "penna demo"
PATIENCE = 300.0
LINES_OF_LOG = 20


class Watcher(Protocol):
    """Whoever looks over the editor's shoulder."""

    def changed(self, buffer: Buffer) -> None: ...

    def stage(self, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Ending:
    """What penna/jobEnded said. `reason` is empty for a job that finished."""

    outcome: str
    reason: str
    summary: str


@dataclass
class Editor:
    """One editor with one server. `latency` is how many seconds it takes over an edit."""

    watcher: Watcher
    latency: float
    buffers: dict[str, Buffer] = field(default_factory=dict)
    refused: int = 0
    open_progress: set[str | int] = field(default_factory=set)
    _client: LanguageClient = field(init=False)
    _ended: dict[str, asyncio.Future[Ending]] = field(default_factory=dict)
    _log: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_OF_LOG))
    _draining: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._client = LanguageClient(NAME, __version__, LanguageServerProtocol, _converter)
        _answer(self, self._client)

    async def start(self, folder: Path, environment: Mapping[str, str], options: object) -> None:
        command = (sys.executable, "-m", "lsp_server", "lsp")
        await self._client.start_io(*command, env=dict(environment), cwd=folder)
        self._draining = asyncio.create_task(self._drain())
        root = types.WorkspaceFolder(folder.as_uri(), folder.name)
        params = types.InitializeParams(
            capabilities=_capabilities(),
            client_info=types.ClientInfo(NAME, __version__),
            locale="en",
            initialization_options=options,
            workspace_folders=[root],
            root_uri=root.uri,
        )
        async with asyncio.timeout(PATIENCE):
            await self._client.initialize_async(params)
        self._client.initialized(types.InitializedParams())

    async def stop(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._client.shutdown_async(None)
            self._client.exit(None)
            stop: Callable[[], Awaitable[None]] = self._client.stop
            await stop()
        if self._draining is not None:
            await self._draining

    # What a user does

    def open(self, path: Path) -> Buffer:
        """The buffer of a file; a file that is open stays as it is."""
        opened = open_buffer(path)
        if opened.uri not in self.buffers:
            self.buffers[opened.uri] = opened
            params = types.DidOpenTextDocumentParams(opened.item)
            self._client.text_document_did_open(params)
        return self.buffers[opened.uri]

    def close(self, buffer: Buffer) -> None:
        """Saved, as a user would do it."""
        buffer.path.write_bytes(buffer.text.encode())
        del self.buffers[buffer.uri]
        document = types.TextDocumentIdentifier(buffer.uri)
        self._client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def type(self, buffer: Buffer, at: int, text: str) -> None:
        self._client.text_document_did_change(buffer.type(at, text))
        self.watcher.changed(buffer)

    async def menu(
        self, buffer: Buffer, place: types.Range, diagnostics: list[types.Diagnostic]
    ) -> list[types.CodeAction]:
        """The rows that the server offers there, those that it only explains left out."""
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(buffer.uri),
            place,
            types.CodeActionContext(diagnostics, trigger_kind=types.CodeActionTriggerKind.Invoked),
        )
        rows = await self._client.text_document_code_action_async(params) or []
        return [each for each in rows if isinstance(each, types.CodeAction) and each.command]

    async def run(self, argument: Mapping[str, object]) -> str:
        """Start a job with the argument of a row's command; its id. Raises `OfferError`."""
        params = types.ExecuteCommandParams("penna.run", [dict(argument)])
        try:
            answer = await self._client.workspace_execute_command_async(params)
        except JsonRpcException as refusal:
            raise OfferError(str(refusal)) from refusal
        return _field(answer, "job")

    async def end_of(self, job: str) -> Ending:
        async with asyncio.timeout(PATIENCE):
            return await self._end(job)

    @property
    def log(self) -> str:
        """The last lines that the server wrote on its standard error."""
        return "".join(self._log)

    # What the server does

    async def apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        await asyncio.sleep(self.latency)
        applied = all(self._apply(change) for change in params.edit.document_changes or ())
        self.refused += not applied
        return types.ApplyWorkspaceEditResult(applied)

    def show(self, params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        path = path_of(params.uri)
        if path is None or not path.exists():
            return types.ShowDocumentResult(success=False)
        self.watcher.changed(self.open(path))
        return types.ShowDocumentResult(success=True)

    def progress(self, params: types.ProgressParams) -> None:
        value = params.value
        kind = _field(value, "kind")
        if kind == "begin":
            self.open_progress.add(params.token)
        elif kind == "end":
            self.open_progress.discard(params.token)
        elif message := _field(value, "message"):
            self.watcher.stage(message)

    def job_ended(self, params: Any) -> None:
        names = ("outcome", "reason", "summary")
        ending = Ending(*(_field(params, name) for name in names))
        self._end(_field(params, "job")).set_result(ending)

    def _end(self, job: str) -> asyncio.Future[Ending]:
        return self._ended.setdefault(job, asyncio.get_running_loop().create_future())

    def _apply(self, change: object) -> bool:
        match change:
            case types.TextDocumentEdit(text_document=document, edits=edits):
                return self._land(document, edits)
            case types.CreateFile(uri=uri):
                return _touch(path_of(uri))
            case _:
                return False

    def _land(self, document: types.OptionalVersionedTextDocumentIdentifier, edits: Any) -> bool:
        buffer = self.buffers.get(document.uri)
        if buffer is None or document.version != buffer.snapshot.version:
            return False
        for edit in edits:
            self._client.text_document_did_change(buffer.land(edit))
        self.watcher.changed(buffer)
        return True

    async def _drain(self) -> None:
        """Read the server's standard error, for a full pipe would stop it."""
        process = self._client._server
        stream = process.stderr if process is not None else None
        while stream is not None and (line := await stream.readline()):
            self._log.append(line.decode("utf-8", "replace"))


def _answer(editor: Editor, client: LanguageClient) -> None:
    """Which of the server's messages goes where."""
    feature: Callable[[str], Callable[[F], F]] = client.feature

    @feature(types.WORKSPACE_APPLY_EDIT)
    async def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        return await editor.apply(params)

    @feature(types.WINDOW_SHOW_DOCUMENT)
    def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        return editor.show(params)

    @feature(types.PROGRESS)
    def progress(params: types.ProgressParams) -> None:
        editor.progress(params)

    @feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    def create(params: types.WorkDoneProgressCreateParams) -> None:
        """Every token is fine."""

    @feature(types.WINDOW_SHOW_MESSAGE)
    def say(params: types.ShowMessageParams) -> None:
        """What matters to the demo comes with penna/jobEnded."""

    @feature("penna/jobEnded")
    def ended(params: Any) -> None:
        editor.job_ended(params)


def _converter() -> Converter:
    """pygls' own, but for the rows of a menu.

    lsprotocol 2025.0.0 takes a code action that has a command for a command itself.
    """
    make: Callable[[], Converter] = default_converter
    converter = make()

    def row(given: Any, _: object) -> types.Command | types.CodeAction:
        if isinstance(given.get("command"), str):
            return converter.structure(given, types.Command)
        return converter.structure(given, types.CodeAction)

    converter.register_structure_hook(types.Command | types.CodeAction, row)
    return converter


def _capabilities() -> types.ClientCapabilities:
    operations = [types.ResourceOperationKind.Create]
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind.Utf16]
        ),
        window=types.WindowClientCapabilities(
            work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(True)
        ),
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=True, resource_operations=operations
            ),
        ),
    )


def _field(value: Any, name: str) -> str:
    """One field of what pygls makes of a message: an object, or a mapping."""
    found = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return str(found or "")


def _touch(path: Path | None) -> bool:
    if path is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return True
