"""An app in a child, and the three that a replay asks: old, old again, new."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lsp_server.migrate.replay.child_process import Child, ChildDied
from lsp_server.migrate.replay.compare import Trio
from lsp_server.migrate.replay.rules import Rule, read
from lsp_server.migrate.replay.sandbox import Sandbox
from lsp_server.migrate.replay.wire import Answer, Request, sized

LOAD_SECONDS: Final = 60.0
REQUEST_SECONDS: Final = 10.0
MOST_RESTARTS: Final = 3
MOST_VARIABLES: Final = 12


@dataclass(frozen=True, slots=True)
class AppPlace:
    """Where an app is: `name` in `module`, an app or a factory; None means to look for it.

    `path` are folders, relative to the project, that imports start from beside its root.
    """

    module: str
    name: str | None = None
    path: tuple[str, ...] = ()


class NotLoaded(Exception):
    """The app could not be imported or made. `missing` is a module that is not installed."""

    def __init__(self, message: str, trace: str = "", missing: str | None = None) -> None:
        super().__init__(message)
        self.trace = trace
        self.missing = missing


@dataclass(slots=True)
class App:
    """One app in its child, started again when it dies. Use it as a context manager."""

    sandbox: Sandbox
    root: Path
    place: AppPlace
    environment: dict[str, str] = field(default_factory=dict)
    arguments: object = None
    kind: str = ""
    _child: Child | None = None
    _restarts: int = 0

    def load(self) -> None:
        """Import or make the app; variables that it asks for are given. NotLoaded when it fails."""
        for _ in range(MOST_VARIABLES):
            error = self._try()
            if error is None:
                return
            key = error.get("key")
            if not isinstance(key, str) or key in self.environment:
                missing = error.get("missing")
                raise NotLoaded(
                    f"{error.get('type')}: {error.get('message')}",
                    str(error.get("trace", "")),
                    missing if isinstance(missing, str) else None,
                )
            self.environment[key] = variable(key, self.root)
        raise NotLoaded("The app asks for too many environment variables.")

    def rules(self) -> list[Rule]:
        """The rules of the app's url_map; an app without one has none."""
        return read(self.ask({"do": "rules"}).get("rules"))

    def prepare(self, commands: list[str]) -> list[str]:
        """Run those of the commands that the app has, and make missing tables."""
        ran = self.ask({"do": "prepare", "commands": commands}, LOAD_SECONDS).get("ran")
        return [str(each) for each in ran] if isinstance(ran, list) else []

    def is_genuine(self, cookie: str) -> bool | None:
        """Whether the app believes this session cookie; None if it cannot tell."""
        found = self.ask({"do": "genuine", "cookie": cookie}).get("genuine")
        return found if isinstance(found, bool) else None

    def send(self, request: Request) -> Answer:
        """The answer; a child that died or hangs is an answer, too, and is started again."""
        message = {
            "do": "request",
            "method": request.method,
            "target": request.target,
            "headers": [list(header) for header in sized(request).headers],
            "body": base64.b64encode(request.body).decode("ascii"),
        }
        try:
            return _answer(self.ask(message, REQUEST_SECONDS))
        except ChildDied as error:
            self._restarts += 1
            if self._restarts > MOST_RESTARTS:
                raise
            self.load()
            return Answer(0, raised=str(error).partition(";")[0])

    def ask(
        self, message: Mapping[str, object], seconds: float = REQUEST_SECONDS
    ) -> dict[str, object]:
        """One question to the child, which must have been loaded."""
        assert self._child is not None, "an app is loaded before it is asked"
        return self._child.ask(message, seconds)

    def close(self) -> None:
        """Kill the child."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> "App":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try(self) -> dict[str, object] | None:
        self.close()
        path = [self.root / folder for folder in self.place.path]
        process = self.sandbox.start("serve.py", self.root, path=path)
        self._child = Child(process, self.sandbox.limits.seconds)
        message = {
            "do": "load",
            "module": self.place.module,
            "name": self.place.name,
            "arguments": self.arguments,
            "environment": self.environment,
        }
        try:
            answer = self.ask(message, LOAD_SECONDS)
        except ChildDied as error:
            return {"type": "Ended", "message": str(error), "trace": ""}
        error_told = answer.get("error")
        if isinstance(error_told, dict):
            return error_told
        self.arguments, self.kind = answer.get("arguments"), str(answer.get("kind"))
        return None


@dataclass(slots=True)
class Apps:
    """The three sides, asked in this order: old, new, old again (mask.py says why)."""

    old: App
    new: App
    again: App

    def send(self, old: Request, new: Request, again: Request) -> Trio:
        """Each side its own request, which differ in tokens and cookies alone."""
        first, second, third = self.old.send(old), self.new.send(new), self.again.send(again)
        return Trio(first, third, second)


def variable(name: str, root: Path) -> str:
    """A value for an environment variable that the app cannot do without."""
    if "DATABASE" in name or name.endswith(("DB_URL", "DB_URI", "SQLALCHEMY_URL")):
        return f"sqlite:///{root / 'penna-replay.sqlite'}"
    if name.endswith(("PORT", "TIMEOUT", "SECONDS", "LIMIT", "SIZE")):
        return "60"
    if "MAIL" in name and "SERVER" not in name:
        return "reader@example.com"
    return "penna-replay-value"


def _answer(message: Mapping[str, object]) -> Answer:
    headers = message.get("headers")
    pairs = (
        [(str(name), str(value)) for name, value in headers] if isinstance(headers, list) else []
    )
    status, raised = message.get("status"), message.get("raised")
    body = base64.b64decode(str(message.get("body") or ""))
    return Answer(
        status if isinstance(status, int) else 0,
        tuple(pairs),
        body,
        raised if isinstance(raised, str) else None,
    )
