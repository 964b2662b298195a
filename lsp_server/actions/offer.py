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
from lsp_server.prompt import Prompt, Room, Sampling
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


class Trial(Protocol):
    """A check that may take minutes, and asks whether it is still wanted."""

    def __call__(
        self, before: Snapshot, after: str, is_wanted: Callable[[], bool], /
    ) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One place and what is to be written there.

    `prompt` takes the window that it must fit into. `draft` makes the text without a model; it is
    final and passes no adapter. `head` and `tail` stand around a model's reply (quotes of a
    docstring, say); drafts hold their own. `adapters` are factories, in the order in which the
    reply passes them. `follows` makes the text from those of the steps before it, as they end
    their lines with LF; such a step asks no model, its prompt is `unasked`.
    """

    place: Place
    prompt: Callable[[Room], Prompt]
    draft: Callable[[], str] | None = None
    adapters: tuple[Callable[[], Adapter], ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    head: str = ""
    tail: str = ""
    follows: Callable[[tuple[str, ...]], str] | None = None


def unasked(_: Room) -> Prompt:
    """The prompt of a step that asks no model."""
    raise AssertionError("a step that follows from others asks no model")


@dataclass(frozen=True, slots=True)
class Report:
    """What is shown beside the code once the result holds: Markdown, under a title.

    `text` is made of the document before and after, may take minutes, and asks whether it is
    still wanted.
    """

    title: str
    text: Callable[[Snapshot, str, Callable[[], bool]], str]


@dataclass(frozen=True, slots=True)
class Offer:
    """What an action proposes to do here, before any model has been asked.

    `steps` is called by the job; an empty tuple means that nothing is left to do. `checks` see
    the whole document with all steps carried out. `has_draft` says whether every step has one.
    `summary` is a sentence for the end, such as "Documented 3 functions". `shared` is what the
    steps' prompts begin with, and those of every other action here; None if it is nothing.
    `trial` is a last check, once all others hold. `report` tells the user what else there is to
    know.
    """

    steps: Callable[[], tuple[Step, ...]]
    checks: tuple[Check, ...] = ()
    has_draft: bool = False
    summary: str = ""
    shared: Callable[[Room], Prompt] | None = None
    trial: Trial | None = None
    report: Report | None = None

    @property
    def n_checks(self) -> int:
        return len(self.checks) + (self.trial is not None)


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What becomes of many files at once: nothing of it is in the document or on disk yet.

    `before` holds the text that each changed file was read with; `changed` and `created` the new
    texts. `report` is Markdown, `summary` a sentence for the end. `check` makes the checks, slowly,
    and runs the project's code only if it is trusted; its Markdown belongs below the report.
    """

    root: Path
    before: Mapping[Path, str]
    changed: Mapping[Path, str]
    created: Mapping[Path, str]
    report: str
    summary: str
    check: "Callable[[bool, Callable[[], bool]], ProjectChecked]"

    @property
    def is_empty(self) -> bool:
        return not self.changed and not self.created


@dataclass(frozen=True, slots=True)
class ProjectChecked:
    """What the checks of a project's change have found: `sentence` says it in one line."""

    holds: bool
    sentence: str
    report: str


@dataclass(frozen=True, slots=True)
class ProjectOffer:
    """An action that changes many files by rules: shown first, then confirmed, as one edit.

    `work` takes seconds: it reads the project. `title` is that of the report.
    """

    root: Path
    title: str
    work: Callable[[], ProjectChange]


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
    offer: Callable[[Context], Offer | ProjectOffer | Disabled | None]
