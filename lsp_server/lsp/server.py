"""The language server: which handler answers which method, and nothing else.

The first statement of a handler takes what it needs of the live session; below `lsp/` only
snapshots are seen.
"""

from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from lsp_server import __version__
from lsp_server.errors import PennaError
from lsp_server.lsp.methods import code_action, commands, lifecycle, text_sync
from lsp_server.lsp.protocol import Protocol
from lsp_server.lsp.session import Session

REQUEST_FAILED = -32803


class RequestFailed(JsonRpcException):
    """What was asked for cannot be done; the message is a sentence for the user."""

    CODE = REQUEST_FAILED
    MESSAGE = "Request failed"


def serve(overrides: Mapping[str, object]) -> int:
    """Speak LSP on standard input and output until the client leaves.

    The exit code is 1 when it left without `shutdown`, as LSP has it.
    """
    server = make_server(overrides)
    server.start_io()
    return 0 if server.protocol._shutdown else 1


def make_server(overrides: Mapping[str, object]) -> LanguageServer:
    """A server that is not started. `overrides` are settings of the command line."""
    server = LanguageServer("penna", __version__, protocol_cls=Protocol)
    session = Session(server, overrides)
    _add_lifecycle(server, session)
    _add_documents(server, session)
    _add_actions(server, session)
    return server


def _add_lifecycle(server: LanguageServer, session: Session) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        lifecycle.initialize(session, params)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await lifecycle.initialized(session)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        await lifecycle.did_change_configuration(session, params)

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await lifecycle.shutdown(session)


def _add_documents(server: LanguageServer, session: Session) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        text_sync.did_open(session, params)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        text_sync.did_change(session, params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        text_sync.did_close(session, params)

    @server.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
    def text_document_content(
        params: types.TextDocumentContentParams,
    ) -> types.TextDocumentContentResult:
        return types.TextDocumentContentResult(session.scratches.content(params.uri))


def _add_actions(server: LanguageServer, session: Session) -> None:
    kinds = [types.CodeActionKind(kind) for kind in ("quickfix", "refactor.rewrite", "source")]

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds)
    )
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return code_action.code_action(session, params)

    @server.command("penna.run")
    def run(argument: Any = None) -> dict[str, str]:
        try:
            return commands.run(session, argument)
        except PennaError as error:
            raise RequestFailed(str(error)) from error

    @server.command("penna.cancel")
    def cancel(*arguments: Any) -> bool:
        try:
            return commands.cancel(session, *arguments[:1])
        except PennaError as error:
            raise RequestFailed(str(error)) from error

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        session.jobs.cancel_token(params.token)
