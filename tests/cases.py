"""Literate cases: Markdown pages that are specification, test and manual of one action.

A section (`## name`) is one case, made of fenced blocks. The info string of a fence is
`language kind arguments`; the kinds are:

    before [path] [crlf]       the document; `$0` marks the cursor, two of them the selection, two
                               `$1` what the diagnostic underlines
    file PATH [crlf]           another file of the workspace; `open PATH` is one the editor has open
    style                      lines of `field = "value"`
    instruction                what the user asked for
    diagnostic [source] [code] its message
    prompt                     must stand in the prompt of one of the steps
    reply                      what the model answers: one for each step, in the order of the steps
    after [path] [crlf]        the whole text of the place once every reply is written
    draft [path] [crlf]        the same, with drafts in the place of replies
    error                      the sentence with which the reply is refused
    fails                      the sentence with which a check refuses the result
    disabled                   the reason in English for not offering it
    options                    of a migration: lines of `field = value`
    warnings                   of a migration: `path:line: sentence`, one a line

A section with nothing to happen says that the action is not offered. `␌` stands for a form feed,
`␍` for a carriage return; `crlf` ends every line of the block with CRLF. An argument `eof` takes
the newline away that ends the block.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.actions.offer import Context, Diagnostic
from lsp_server.project.workspace import Project
from lsp_server.settings import Style
from lsp_server.text import Snapshot, Span

ENDINGS = ("after", "draft", "error", "fails", "disabled", "prompt")
KINDS = (
    *ENDINGS,
    *("before", "file", "open", "style", "instruction", "diagnostic", "reply"),
    *("options", "warnings"),
)

# A heading outside fences begins a section; one inside belongs to the text of its block.
_TOKEN = re.compile(
    r"^(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)$|^## (?P<name>[^\n]+)$",
    re.MULTILINE | re.DOTALL,
)
_FLAGS = ("crlf", "eof")
_EXTENSIONS = {
    **{"python": "py", "javascript": "js", "typescript": "ts", "javascriptreact": "jsx"},
    **{"typescriptreact": "tsx", "go": "go", "rust": "rs", "java": "java", "c": "c"},
    **{"cpp": "cpp", "markdown": "md"},
}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `arguments` are those of its info string without the flags."""

    language: str
    kind: str
    arguments: tuple[str, ...]
    text: str

    @property
    def path(self) -> str | None:
        return self.arguments[0] if self.arguments else None


@dataclass(frozen=True, slots=True)
class Case:
    """One section. `name` is its heading."""

    name: str
    blocks: tuple[Block, ...]
    replies: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        replies = tuple(block.text for block in self.blocks if block.kind == "reply")
        object.__setattr__(self, "replies", replies)

    def block(self, kind: str) -> Block | None:
        """The only block of that kind."""
        found = [block for block in self.blocks if block.kind == kind]
        assert len(found) <= 1, f"one `{kind}` block a section"
        return found[0] if found else None

    def text(self, kind: str) -> str | None:
        found = self.block(kind)
        return found.text if found else None

    @property
    def offered(self) -> bool:
        return any(block.kind in ENDINGS and block.kind != "disabled" for block in self.blocks)


def load(path: Path) -> list[Case]:
    """The cases of a page. A section without a `before` block is prose."""
    sections: dict[str, list[Block]] = {}
    name = ""
    for token in _TOKEN.finditer(path.read_text("utf-8")):
        if token["name"]:
            name = token["name"]
            assert name not in sections, f"{path.name} has two sections named {name!r}"
        else:
            sections.setdefault(name, []).append(_block(token["info"], token["text"]))
    cases = [Case(name, tuple(blocks)) for name, blocks in sections.items()]
    return [case for case in cases if case.block("before")]


def context(case: Case, root: Path) -> Context:
    """The case set up in the workspace folder `root`: its files are written there."""
    open_texts = {}
    for block in case.blocks:
        if block.kind in ("file", "open"):
            assert block.path, "a `file` block names its path"
            path = root / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(block.text.encode() if block.kind == "file" else b"")
            if block.kind == "open":
                open_texts[path] = block.text
    before = case.block("before")
    assert before
    path = root / (before.path or f"case.{_EXTENSIONS.get(before.language, 'txt')}")
    path.parent.mkdir(parents=True, exist_ok=True)
    text, selection, underlined = _marked(before.text)
    path.write_bytes(text.encode())
    return Context(
        Snapshot(path.as_uri(), 1, before.language, text),
        selection,
        Project(root, {**open_texts, path: text}),
        _style(case),
        _diagnostics(case, underlined or selection),
        (case.text("instruction") or "").rstrip("\n") or None,
    )


def _block(info: str, text: str) -> Block:
    language, kind, *words = info.split()
    assert kind in KINDS, f"no kind of block is called {kind!r}"
    text = text.replace("␌", "\f").replace("␍", "\r")
    if "eof" in words:
        text = text.removesuffix("\n")
    if "crlf" in words:
        text = text.replace("\n", "\r\n")
    return Block(language, kind, tuple(word for word in words if word not in _FLAGS), text)


def _marked(marked: str) -> tuple[str, Span, Span | None]:
    """The text without its marks, the selection (at the start if there is none), the underlined."""
    pieces = re.split(r"(\$[01])", marked)
    places: dict[str, list[int]] = {"$0": [], "$1": []}
    text = ""
    for piece in pieces:
        if piece in places:
            places[piece].append(len(text))
        else:
            text += piece
    selection, underlined = places["$0"] or [0], places["$1"]
    span = Span(underlined[0], underlined[-1]) if underlined else None
    return text, Span(selection[0], selection[-1]), span


def _style(case: Case) -> Style:
    return Style(**tomllib.loads(case.text("style") or ""))


def _diagnostics(case: Case, span: Span) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(span, block.text.rstrip("\n"), *block.arguments)
        for block in case.blocks
        if block.kind == "diagnostic"
    )
