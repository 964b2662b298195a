"""The server's own mirror of what the editor has open.

Fed by didOpen, didChange and didClose alone; pygls' copy is not used (it takes form feed, NEL and
U+2028 for line ends and corrupts itself below one). Reading is by frozen snapshots.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from lsprotocol import types

from lsp_server.lsp import convert
from lsp_server.text import Edit, Snapshot, difference

Change = types.TextDocumentContentChangeEvent


class Follower(Protocol):
    """Hears of every change of one document, in order, and of its end."""

    def changed(self, before: Snapshot, edit: Edit, after: Snapshot, /) -> None: ...

    def batch_ended(self) -> None: ...

    def closed(self) -> None: ...


@dataclass(slots=True)
class _Open:
    snapshot: Snapshot
    followers: list[Follower] = field(default_factory=list)


class Documents:
    """All open documents by URI."""

    def __init__(self) -> None:
        self.encoding: convert.Encoding = convert.Encoding.Utf16
        self._open: dict[str, _Open] = {}
        self._waiting: dict[str, list[Callable[[], None]]] = {}

    def get(self, uri: str) -> Snapshot | None:
        found = self._open.get(uri)
        return found.snapshot if found else None

    def all(self) -> list[Snapshot]:
        return [found.snapshot for found in self._open.values()]

    def follow(self, uri: str, follower: Follower) -> bool:
        """Whether the document is open; if so, `follower` hears of it from now on."""
        found = self._open.get(uri)
        if found is not None:
            found.followers.append(follower)
        return found is not None

    def unfollow(self, uri: str, follower: Follower) -> None:
        found = self._open.get(uri)
        if found is not None and follower in found.followers:
            found.followers.remove(follower)

    def when_opened(self, uri: str, call: Callable[[], None]) -> None:
        """Calls once, when a document of this URI is opened."""
        self._waiting.setdefault(uri, []).append(call)

    def opened(self, item: types.TextDocumentItem) -> Snapshot:
        """A second didOpen without a didClose counts as a close before it."""
        self.closed(item.uri)
        snapshot = Snapshot(item.uri, item.version, item.language_id, item.text)
        self._open[item.uri] = _Open(snapshot)
        for call in self._waiting.pop(item.uri, []):
            call()
        return snapshot

    def changed(self, uri: str, version: int, changes: list[Change]) -> None:
        """A change of a document that is not open is ignored: there is nothing to apply it to."""
        found = self._open.get(uri)
        if found is None:
            return
        for change in changes:
            before = found.snapshot
            edit = self._edit(before, change)
            found.snapshot = before.edited(edit, version)
            for follower in tuple(found.followers):
                follower.changed(before, edit, found.snapshot)
        if not changes:
            before = found.snapshot
            found.snapshot = Snapshot(
                uri, version, before.language, before.text, before.line_starts
            )
        for follower in tuple(found.followers):
            follower.batch_ended()

    def closed(self, uri: str) -> None:
        found = self._open.pop(uri, None)
        for follower in tuple(found.followers) if found else ():
            follower.closed()

    def _edit(self, before: Snapshot, change: Change) -> Edit:
        if isinstance(change, types.TextDocumentContentChangePartial):
            return Edit(convert.span(before, change.range, self.encoding), change.text)
        return difference(before.text, change.text)
