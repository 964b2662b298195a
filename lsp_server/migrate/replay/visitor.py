"""One visitor on three sides: the same clicks, each side with its own cookies and tokens."""

import json
import re
from dataclasses import dataclass, field
from typing import Final, Self

from lsp_server.migrate.replay.compare import Trio
from lsp_server.migrate.replay.forms import Form, fill, forms, links
from lsp_server.migrate.replay.wire import Answer, Jar, Request, followed

TOKEN_NAMES: Final = re.compile(r"^(access_?token|auth_?token|token|jwt|api_?key)$", re.IGNORECASE)
ID_NAMES: Final = ("id", "_id", "uuid", "slug", "name", "public_id")


@dataclass(frozen=True, slots=True)
class Ask:
    """The same request as each side is sent it."""

    old: Request
    new: Request
    again: Request

    @classmethod
    def same(cls, request: Request) -> Self:
        return cls(request, request, request)


@dataclass(slots=True)
class Side:
    """What one side knows the visitor by."""

    jar: Jar = field(default_factory=Jar)
    headers: dict[str, str] = field(default_factory=dict)

    def dress(self, request: Request) -> Request:
        dressed = self.jar.dress(request)
        given = {name.lower() for name, _ in request.headers}
        for name, value in self.headers.items():
            if name.lower() not in given:
                dressed = dressed.with_header(name, value)
        return dressed

    def take(self, answer: Answer, path: str) -> None:
        self.jar.take(answer, path)

    def copy(self) -> "Side":
        return Side(self.jar.copy(), dict(self.headers))


@dataclass(slots=True)
class Visitor:
    """A person with a browser, or a program with a token."""

    old: Side = field(default_factory=Side)
    new: Side = field(default_factory=Side)
    again: Side = field(default_factory=Side)

    def dress(self, ask: Ask) -> Ask:
        return Ask(self.old.dress(ask.old), self.new.dress(ask.new), self.again.dress(ask.again))

    def take(self, trio: Trio, ask: Ask) -> None:
        self.old.take(trio.old, ask.old.path)
        self.new.take(trio.new, ask.new.path)
        self.again.take(trio.again, ask.again.path)

    def take_tokens(self, trio: Trio) -> bool:
        """Keep the token that a JSON answer holds; whether the old side's held one."""
        found = token(trio.old)
        if found is None:
            return False
        for side, answer in (
            (self.old, trio.old), (self.new, trio.new), (self.again, trio.again)
        ):  # fmt: skip
            side.headers["Authorization"] = f"Bearer {token(answer) or found}"
        return True

    def always_send(self, name: str, value: str) -> None:
        """Send a header with every request from now on."""
        for side in (self.old, self.new, self.again):
            side.headers[name] = value

    def copy(self) -> "Visitor":
        return Visitor(self.old.copy(), self.new.copy(), self.again.copy())


def follow(ask: Ask, trio: Trio) -> Ask | None:
    """Where the answers lead, each side its own way; None if the old one leads nowhere."""
    old = followed(ask.old, trio.old)
    if old is None:
        return None
    new, again = followed(ask.new, trio.new), followed(ask.again, trio.again)
    return Ask(old, new or old, again or old)


def submit(found: Form, page: Ask, trio: Trio, typed: dict[str, str]) -> Ask:
    """The form filled with the same values on each side, hidden fields each side's own."""

    def on(answer: Answer, target: str) -> Request:
        own = (each for each in forms(answer.text, target) if each.key == found.key)
        files = {each.name: b"line one\n" for each in found.fields if each.kind == "file"}
        return fill(next(own, found), typed, files)

    return Ask(
        on(trio.old, page.old.target),
        on(trio.new, page.new.target),
        on(trio.again, page.again.target),
    )


def onward(page: Ask, trio: Trio) -> list[Ask]:
    """The links of a page, each side its own where they have equally many."""
    old, new, again = (
        links(answer.text, request.target)
        for answer, request in (
            (trio.old, page.old), (trio.new, page.new), (trio.again, page.again)
        )
    )  # fmt: skip
    if not len(old) == len(new) == len(again):
        new = again = old
    return [
        Ask(*(Request("GET", target) for target in targets))
        for targets in zip(old, new, again, strict=True)
    ]


def token(answer: Answer) -> str | None:
    """The first text in a JSON answer that is named like a token, at most two levels deep."""
    found = _json(answer)
    levels = [found, *(found.values() if isinstance(found, dict) else ())]
    for level in levels:
        if isinstance(level, dict):
            for name, value in level.items():
                if TOKEN_NAMES.match(str(name)) and isinstance(value, str) and value:
                    return value
    return None


def created(answer: Answer) -> str | None:
    """What a JSON answer calls the thing that was made."""
    if answer.status not in {200, 201}:
        return None
    found = _json(answer)
    if isinstance(found, dict):
        for name in ID_NAMES:
            if isinstance(found.get(name), str | int) and not isinstance(found.get(name), bool):
                return str(found[name])
    return None


def _json(answer: Answer) -> object:
    if "json" not in (answer.header("content-type") or ""):
        return None
    try:
        found: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found
