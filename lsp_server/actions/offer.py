"""What an action is: a pure function from a context to an offer.

Listing and running call the same function, so it must be cheap: what costs (composing the
prompt, making the draft) is a function in the offer and is called by the job alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from lsp_server.project.workspace import Project
from lsp_server.prompt import Prompt, Sampling
from lsp_server.reply import Adapter
from lsp_server.settings import Style
from lsp_server.text import Snapshot, Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What the client reported at the selection; `code` and `source` may be empty."""

    span: Span
    message: str
    source: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything an action may look at. An empty selection is a cursor."""

    snapshot: Snapshot
    selection: Span
    project: Project
    style: Style = field(default_factory=Style)
    diagnostics: tuple[Diagnostic, ...] = ()
    instruction: str | None = None

    @property
    def path(self) -> Path | None:
        """The document's file; None for one that is in no file, such as an untitled one."""
        from urllib.request import url2pathname  # slow to import, and the server must start

        parts = urlsplit(self.snapshot.uri)
        return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


@dataclass(frozen=True, slots=True)
class InDocument:
    """The reply replaces `span` of the context's snapshot; an empty span is an insertion."""

    span: Span


@dataclass(frozen=True, slots=True)
class InFile:
    """The reply goes into a file of the workspace, which need not exist.

    It is inserted at offset `at` of `text`, the file's text as it was read (empty when new).
    """

    path: Path
    language: str
    text: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Scratch:
    """The reply goes into a Markdown document of its own, shown beside the code."""

    title: str


Place = InDocument | InFile | Scratch


class Check(Protocol):
    """Says in one sentence what is wrong with a result, or None: (before, text after) -> str."""

    def __call__(self, before: Snapshot, after: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One place and what is to be written there.

    `prompt` takes the number of tokens that the prompt may have. `draft` makes the text without
    a model; it is final and passes no adapter. `head` and `tail` stand around a model's reply
    (quotes of a docstring, say); drafts hold their own. `adapters` are factories, in the order
    in which the reply passes them.
    """

    place: Place
    prompt: Callable[[int], Prompt]
    draft: Callable[[], str] | None = None
    adapters: tuple[Callable[[], Adapter], ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    head: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an action proposes to do here, before any model has been asked.

    `steps` is called by the job; an empty tuple means that nothing is left to do. `checks` see
    the whole document with all steps carried out. `has_draft` says whether every step has one.
    `summary` is a sentence for the end, such as "Documented 3 functions".
    """

    steps: Callable[[], tuple[Step, ...]]
    checks: tuple[Check, ...] = ()
    has_draft: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Disabled:
    """Why an action is not offered, where a user would want to know. `reason` by language."""

    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the menu.

    `titles` by language ("en", "zh"); `kind` is the dotted LSP code action kind, a leaf of a
    standard one.
    """

    id: str
    titles: Mapping[str, str]
    kind: str
    offer: Callable[[Context], Offer | Disabled | None]
