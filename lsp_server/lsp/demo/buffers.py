"""The editor's own texts: what is open, at which version, and who changed it last."""

from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from lsp_server.languages import language_of
from lsp_server.lsp import convert
from lsp_server.text import Edit, Snapshot, Span

UTF16 = types.PositionEncodingKind.Utf16


@dataclass(slots=True)
class Buffer:
    """One open document. `written` is where the last edit of the server stands."""

    path: Path
    snapshot: Snapshot
    before: str
    written: Span = field(default_factory=lambda: Span(0, 0))
    n_edits: int = 0

    @property
    def uri(self) -> str:
        return self.snapshot.uri

    @property
    def text(self) -> str:
        return self.snapshot.text

    @property
    def item(self) -> types.TextDocumentItem:
        now = self.snapshot
        return types.TextDocumentItem(now.uri, now.language, now.version, now.text)

    def type(self, at: int, text: str) -> types.DidChangeTextDocumentParams:
        """What the user types; the change as the server is to hear of it."""
        edit = Edit(Span(at, at), text)
        self.written = edit.shift(self.written) or self.written
        return self._change(edit)

    def land(self, given: types.TextEdit) -> types.DidChangeTextDocumentParams:
        """What the server sent, for this very version."""
        edit = convert.edit_of(self.snapshot, given, UTF16)
        self.written = edit.result
        self.n_edits += 1
        return self._change(edit)

    def range(self, place: Span) -> types.Range:
        return convert.range_of(self.snapshot, place, UTF16)

    def _change(self, edit: Edit) -> types.DidChangeTextDocumentParams:
        change = types.TextDocumentContentChangePartial(self.range(edit.span), edit.text)
        self.snapshot = self.snapshot.edited(edit)
        document = types.VersionedTextDocumentIdentifier(self.snapshot.version, self.uri)
        return types.DidChangeTextDocumentParams(document, [change])


def open_buffer(path: Path) -> Buffer:
    """The file's text; its line terminators are kept."""
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    uri = from_fs_path(str(path))
    assert uri is not None, "a path has a URI"
    return Buffer(path, Snapshot(uri, 1, language_of(path), text), text)


def path_of(uri: str) -> Path | None:
    """None for a document that is no file."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(path) if path else None
