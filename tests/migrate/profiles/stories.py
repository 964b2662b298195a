"""One app, told twice: with Flask and the real extension, and with the runtime and our pieces.

A story is a function of a `Kit`. It builds an app from the names that the kit gives it, does
something with it, in the shell, in threads or over HTTP, and returns what came out; `told_twice`
demands the same from both. Where requests are all that matters, `twins.py` says it shorter.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from lsp_server.migrate.profile import Profile
from tests.migrate.twins import flask_modules


class Kit(Protocol):
    """Gives what a name in Flask or an extension stands for: `kit["flask.Flask"]`."""

    def __getitem__(self, name: str) -> Any: ...


class FlaskKit:
    """The names mean what they say."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = name.rpartition(".")
        return getattr(importlib.import_module(module), attribute)


class HelperKit:
    """The names mean what a migrated app imports in their place."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._modules = flask_modules(profiles)

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = name.rpartition(".")
        return getattr(self._modules[module], attribute)


def told_twice(story: Callable[[Kit], Any], *profiles: Profile) -> Any:
    """What the story returns, which is the same with Flask and without."""
    expected, told = story(FlaskKit()), story(HelperKit(profiles))
    assert told == expected
    return expected


def answer(response: Any) -> tuple[int, str | None, str]:
    """What of a response must be the same."""
    return response.status_code, response.headers.get("Content-Type"), response.get_data(True)
