"""One edit of many files: what travels to the client, and whether its documents show it afterwards.

Lines that stay the same get no edit. A file that is open carries the version that the editor has;
for one that is not, the client reads the disk. Files are made, never overwritten.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path

from lsp_server.actions.offer import ProjectChange
from lsp_server.languages import language_of
from lsp_server.lsp import convert
from lsp_server.project.workspace import BOM
from lsp_server.text import Edit, Snapshot, Span

ANNOTATION = "penna"

DocumentChange = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


@dataclass(frozen=True, slots=True)
class ProjectEdit:
    """A change of a project against what the editor has open of it.

    `opened` are the snapshots of the open documents by path, as the change was computed on them.
    With `confirm` each file is a change that the user accepts or not, in the editor.
    """

    change: ProjectChange
    opened: Mapping[Path, Snapshot]
    encoding: convert.Encoding
    confirm: bool = False
    create: bool = True

    def workspace_edit(self) -> types.WorkspaceEdit:
        annotations = None
        if self.confirm:
            annotations = dict(self._annotations())
        return types.WorkspaceEdit(
            document_changes=list(self._changes()), change_annotations=annotations
        )

    def shown_by(self, path: Path, snapshot: Snapshot | None) -> bool:
        """Whether an open document has the text that it is to have; one that is closed may."""
        return snapshot is None or snapshot.text == self.change.changed.get(path, snapshot.text)

    def _changes(self) -> Iterator[DocumentChange]:
        for path, text in sorted(self.change.created.items()):
            if self.create:
                options = types.CreateFileOptions(overwrite=False, ignore_if_exists=True)
                annotation = self._annotation(path)
                yield types.CreateFile(_uri(path), options=options, annotation_id=annotation)
                yield self._edited(path, Snapshot(_uri(path), 0, "python", ""), text, None)
        for path, text in sorted(self.change.changed.items()):
            opened = self.opened.get(path)
            before = self.change.before[path].removeprefix(BOM)
            snapshot = opened or Snapshot(_uri(path), 0, language_of(path), before)
            version = opened.version if opened else None
            yield self._edited(path, snapshot, text.removeprefix(BOM), version)

    def _edited(
        self, path: Path, before: Snapshot, after: str, version: int | None
    ) -> types.TextDocumentEdit:
        document = types.OptionalVersionedTextDocumentIdentifier(uri=before.uri, version=version)
        edits = [
            convert.text_edit(before, edit, self.encoding) for edit in line_edits(before, after)
        ]
        annotation = self._annotation(path)
        if annotation is None:
            return types.TextDocumentEdit(text_document=document, edits=edits)
        annotated = [
            types.AnnotatedTextEdit(annotation, edit.range, edit.new_text) for edit in edits
        ]
        return types.TextDocumentEdit(text_document=document, edits=annotated)

    def _annotation(self, path: Path) -> str | None:
        return f"{ANNOTATION}:{path}" if self.confirm else None

    def _annotations(self) -> Iterator[tuple[str, types.ChangeAnnotation]]:
        for path in (*self.change.created, *self.change.changed):
            name = path.relative_to(self.change.root).as_posix()
            what = "new" if path in self.change.created else "migrated"
            annotation = types.ChangeAnnotation(
                label=f"{name} ({what})", needs_confirmation=True, description=self.change.summary
            )
            yield f"{ANNOTATION}:{path}", annotation


def line_edits(before: Snapshot, after: str) -> list[Edit]:
    """What makes `after` of the snapshot: whole lines, in order, on the text as it is."""
    old, new = _lines(before.text), _lines(after)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        Edit(Span(starts[i], starts[j]), "".join(new[k:m]))
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    ]


def _lines(text: str) -> list[str]:
    """By LSP's line ends alone: form feeds and the like stand within a line."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _uri(path: Path) -> str:
    uri: str | None = from_fs_path(str(path))
    assert uri is not None, "an absolute path has a URI"
    return uri
