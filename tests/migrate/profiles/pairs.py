"""One small app twice: on Flask with the real extension, and on the pieces that stand in for both.

An app is a function of two namespaces, `flask` and the extension. The second one is made of the
profile's exports, so that what a migrated project imports is what is tested.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from lsp_server.migrate.profile import Profile
from tests.migrate.one_side import in_order
from tests.migrate.twins import Twins

Make = Callable[[Any, Any], Any]


def stand_in(profile: Profile) -> Any:
    """A namespace with the extension's names, whose values are the profile's definitions."""
    pieces = [importlib.import_module(name) for name in profile.pieces]
    root = SimpleNamespace()
    for full, name in profile.exports.items():
        _, *path, last = full.split(".")
        place = root
        for part in path:
            place.__dict__.setdefault(part, SimpleNamespace())
            place = getattr(place, part)
        found = [vars(piece)[name] for piece in pieces if name in vars(piece)]
        assert found, f"{full} names {name}, which no piece defines"
        setattr(place, last, found[0])
    return root


class Pair:
    """The two apps, and one client of each, which are sent the same requests."""

    def __init__(
        self, make: Make, profile: Profile, also: tuple[Profile, ...] = (), **config: Any
    ) -> None:
        extension = profile.modules[0]
        for name in {name.rpartition(".")[0] for one in (profile, *also) for name in one.exports}:
            load(name)
        twins = Twins(
            lambda flask: make(flask, importlib.import_module(extension)),
            profiles=[profile, *also],
            config=config,
        )
        self.old, self.new = twins.flask, twins.fastapi
        self.clients = (self.old.test_client(), self.new.test_client())

    def same(self, path: str, method: str = "GET", **options: Any) -> Any:
        """Send the request to both and hold them against each other; the new app's answer."""
        old, new = (client.open(path, method=method, **options) for client in self.clients)
        assert shown(new) == shown(old), f"{method} {path}"
        return new

    def script(self, steps: Iterable[tuple[str, str] | tuple[str, str, dict[str, Any]]]) -> None:
        """Send one request after the other."""
        for method, path, *options in steps:
            self.same(path, method, **(options[0] if options else {}))

    def swap(self) -> None:
        """Give each app the other one's cookies, as if the user came back after the migration."""
        jars = [client._cookies for client in self.clients]
        for client, jar in zip(self.clients, reversed(jars), strict=True):
            client._cookies = dict(jar)


def load(module: str) -> None:
    """Import a module of the real extension; old names are no longer there."""
    if importlib.util.find_spec(module.partition(".")[0]):
        with suppress(ModuleNotFoundError):
            importlib.import_module(module)


# What no two answers share: when they were made, and what is random.
_TIME = re.compile(r"(Expires=)[^;]*")
_SIGNED = re.compile(r"(?<=\.)[\w-]{6}\.[\w-]{27}(?![\w-])")


def shown(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer without its times and signatures of times."""
    headers = [
        (name.lower(), _SIGNED.sub("~", _TIME.sub(r"\1~", in_order(name, text))))
        for name, text in response.headers
    ]
    body = _SIGNED.sub("~", response.data.decode("latin-1")).encode("latin-1")
    return response.status_code, sorted(headers), body
