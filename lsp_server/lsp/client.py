"""Everything that Penna asks or tells the client, each question with a time limit.

A client that refuses, fails or says nothing is answered for here: no caller ever hangs.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from lsp_server.lsp.delivery import Answer
from lsp_server.lsp.support import ClientSupport

ANSWER_LIMIT = 10.0
# Seconds: people are slower, and an edit of many files is looked at one by one.
PERSON_LIMIT = 1800.0
log = logging.getLogger(__name__)

T = TypeVar("T")


class Client:
    """The client of one server; implements `delivery.Editor`."""

    def __init__(self, server: LanguageServer) -> None:
        self.support = ClientSupport()
        self._server = server

    async def apply(self, uri: str, version: int, edits: Sequence[types.TextEdit]) -> Answer:
        document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
        return await self._apply([types.TextDocumentEdit(text_document=document, edits=edits)])

    async def apply_all(self, edit: types.WorkspaceEdit) -> Answer:
        """An edit of many files, which the user may be asked about in the editor."""
        return await self._applied(edit, PERSON_LIMIT)

    async def choose(self, question: str, titles: Sequence[str]) -> str | None:
        """What the user chooses; None if nothing, or if the client asks nobody."""
        actions = [types.MessageActionItem(title=title) for title in titles]
        params = types.ShowMessageRequestParams(types.MessageType.Info, question, actions)
        asking = self._server.window_show_message_request_async(params)
        chosen = await self._ask(asking, PERSON_LIMIT)
        return chosen.title if chosen else None

    async def create_file(self, uri: str) -> bool:
        """An empty file, and nothing if there is one: some editors truncate without the option."""
        options = types.CreateFileOptions(overwrite=False, ignore_if_exists=True)
        return await self._apply([types.CreateFile(uri=uri, options=options)]) is Answer.APPLIED

    async def delete_file(self, uri: str) -> bool:
        options = types.DeleteFileOptions(recursive=False, ignore_if_not_exists=True)
        return await self._apply([types.DeleteFile(uri=uri, options=options)]) is Answer.APPLIED

    async def show(self, uri: str) -> bool:
        """Whether the client says that it shows the document."""
        if not self.support.show_document:
            return False
        params = types.ShowDocumentParams(uri=uri, external=False, take_focus=False)
        result = await self._ask(self._server.window_show_document_async(params))
        return bool(result and result.success)

    async def create_progress(self, token: str) -> bool:
        if not self.support.progress:
            return False
        try:
            async with asyncio.timeout(ANSWER_LIMIT):
                await self._server.work_done_progress.create_async(token)
        except (TimeoutError, JsonRpcException):
            return False
        return True

    def begin(self, token: str, title: str) -> None:
        value = types.WorkDoneProgressBegin(title=title, cancellable=True)
        self._server.work_done_progress.begin(token, value)

    def report(self, token: str, message: str, percentage: int | None) -> None:
        value = types.WorkDoneProgressReport(message=message, percentage=percentage)
        self._server.work_done_progress.report(token, value)

    def end(self, token: str, message: str) -> None:
        self._server.work_done_progress.end(token, types.WorkDoneProgressEnd(message=message))
        self._server.work_done_progress.tokens.pop(token, None)

    def say(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        self._server.window_show_message(types.ShowMessageParams(type=kind, message=message))

    def warn(self, message: str) -> None:
        self.say(message, types.MessageType.Warning)

    def mark(self, uri: str, version: int, diagnostics: list[types.Diagnostic]) -> None:
        """Penna's own diagnostics of a document; an empty list takes them away."""
        params = types.PublishDiagnosticsParams(uri, diagnostics, version)
        self._server.text_document_publish_diagnostics(params)

    def notify(self, method: str, params: object) -> None:
        self._server.protocol.notify(method, params)

    async def configuration(self, section: str) -> object:
        """The client's settings of this section, or None."""
        if not self.support.configuration:
            return None
        item = types.ConfigurationItem(section=section)
        params = types.ConfigurationParams(items=[item])
        result = await self._ask(self._server.workspace_configuration_async(params))
        return result[0] if result else None

    async def register(self, method: str, options: object) -> None:
        registration = types.Registration(
            id=f"penna:{method}", method=method, register_options=options
        )
        params = types.RegistrationParams(registrations=[registration])
        await self._ask(self._server.client_register_capability_async(params))

    async def refresh(self, uri: str) -> None:
        """Ask the client to fetch a virtual document anew."""
        params = types.TextDocumentContentRefreshParams(uri=uri)
        await self._ask(self._server.workspace_text_document_content_refresh_async(params))

    async def _apply(self, changes: Sequence[Any]) -> Answer:
        return await self._applied(types.WorkspaceEdit(document_changes=changes), ANSWER_LIMIT)

    async def _applied(self, edit: types.WorkspaceEdit, limit: float) -> Answer:
        params = types.ApplyWorkspaceEditParams(edit=edit)
        try:
            async with asyncio.timeout(limit):
                result = await self._server.workspace_apply_edit_async(params)
        except TimeoutError:
            return Answer.SILENT
        except JsonRpcException as refusal:
            log.debug("edit refused: %s", refusal)
            return Answer.REFUSED
        return Answer.APPLIED if result.applied else Answer.REFUSED

    async def _ask(self, question: Awaitable[T], limit: float = ANSWER_LIMIT) -> T | None:
        try:
            async with asyncio.timeout(limit):
                return await question
        except (TimeoutError, JsonRpcException) as silence:
            log.debug("no answer: %r", silence)
            return None
