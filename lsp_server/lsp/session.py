"""Everything that one connection to one editor has: no module of `lsp/` keeps state elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from lsp_server import settings as user_settings
from lsp_server.actions.offer import Action, Context, Diagnostic
from lsp_server.lsp import convert
from lsp_server.lsp.client import Client
from lsp_server.lsp.desk import Desk, Pages
from lsp_server.lsp.documents import Documents
from lsp_server.lsp.jobs import Jobs
from lsp_server.lsp.scratch import Scratches
from lsp_server.lsp.warm_up import WarmUps
from lsp_server.model.choose import Models
from lsp_server.model.protocol import Model
from lsp_server.policy import Policy
from lsp_server.project.workspace import Project
from lsp_server.settings import Settings, Style
from lsp_server.text import Snapshot, Span


class Session:
    """Made before `initialize`, complete after it. `messages` wait until they may be shown."""

    def __init__(self, server: LanguageServer, overrides: Mapping[str, object]) -> None:
        self.server = server
        self.client = Client(server)
        self.documents = Documents()
        self.pages = Pages(self.client, self.documents)
        self.scratches = Scratches(self.client)
        self.jobs = Jobs(self.client, self.documents)
        self.settings = Settings()
        self.messages: list[str] = []
        self.models = Models()
        self.warm_ups = WarmUps(self._idle_model)
        self._overrides = overrides
        self._initial: dict[str, object] = {}
        self._told: set[str] = set()
        self._folders: list[Path] = []

    # Settings

    def set_folders(self, params: types.InitializeParams) -> None:
        folders = [folder.uri for folder in params.workspace_folders or []]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        paths = [to_fs_path(uri) for uri in folders]
        self._folders = [Path(path) for path in paths if path]

    def begin_with(self, options: Any) -> None:
        """The options of `initialize`: what the client configures later lies over them."""
        self._initial = dict(options) if isinstance(options, Mapping) else {}
        self.configure({})

    def configure(self, options: Any) -> None:
        """The client's options under those of the command line; what is wrong waits to be told."""
        given = dict(options) if isinstance(options, Mapping) else {}
        root = self._folders[0] if self._folders else None
        every = {**self._initial, **given, **self._overrides}
        self.settings, messages = user_settings.load(every, root)
        self.messages += [each for each in messages if each not in self._told]
        self._told.update(messages)
        locale = self.settings.locale or self.client.support.locale
        self.client.support = replace(self.client.support, locale=locale)

    @property
    def policy(self) -> Policy:
        return Policy.of(self.settings)

    # Models

    @property
    def has_model(self) -> bool:
        return self.models.known(self.settings)

    def model(self) -> Model | None:
        """None when none is installed. Raises `ModelError` for one that cannot be used."""
        return self.models.get(self.settings)

    def _idle_model(self) -> Model | None:
        """None while a job needs the model, too."""
        return None if self.jobs.are_running else self.model()

    # What actions see

    @property
    def actions(self) -> tuple[Action, ...]:
        """Imported when first asked for: an editor waits for `initialize`, not for the menu."""
        from lsp_server.actions.menu import ACTIONS

        return ACTIONS

    @property
    def _style(self) -> Style:
        """Replies are in the client's language unless the user or the project chose another."""
        style = self.settings.style
        language = self.client.support.language
        if style.reply_language or language == "en":
            return style
        return replace(style, reply_language=language)

    def context(
        self,
        snapshot: Snapshot,
        place: types.Range,
        diagnostics: Sequence[types.Diagnostic] = (),
        instruction: str | None = None,
    ) -> Context:
        encoding = self.documents.encoding
        return Context(
            snapshot,
            _selected(snapshot, convert.span(snapshot, place, encoding)),
            self.project(snapshot.uri),
            self._style,
            tuple(_diagnostic(snapshot, each, encoding) for each in diagnostics),
            instruction,
        )

    def project(self, uri: str) -> Project:
        """The workspace folder that holds the document, with what the editor has open."""
        path = to_fs_path(uri)
        inside = [folder for folder in self._folders if path and Path(path).is_relative_to(folder)]
        root = max(inside, key=lambda folder: len(folder.parts), default=None)
        return Project(root, self._open_texts())

    def desk(self, uri: str) -> Desk:
        return Desk(self.pages, self.scratches, uri, self.project(uri))

    def _open_texts(self) -> dict[Path, str]:
        texts = {}
        for snapshot in self.documents.all():
            path = to_fs_path(snapshot.uri)
            if path and snapshot.uri.startswith("file:"):
                texts[Path(path)] = snapshot.text
        return texts


def _selected(snapshot: Snapshot, span: Span) -> Span:
    """One character or line end is a block cursor, Helix's for one: nobody asks about it alone."""
    is_block = len(span) == 1 or span.of(snapshot.text) == "\r\n"
    return Span(span.start, span.start) if is_block else span


def _diagnostic(
    snapshot: Snapshot, given: types.Diagnostic, encoding: convert.Encoding
) -> Diagnostic:
    return Diagnostic(
        convert.span(snapshot, given.range, encoding),
        str(given.message),
        given.source or "",
        str(given.code or ""),
    )
