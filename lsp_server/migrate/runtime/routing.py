"""Paths in FastAPI's way of writing them, and the rules that Werkzeug matches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Scope
from werkzeug.routing import BuildError, Map, Rule

_PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")


def rule_from_path(path: str) -> str:
    """`/users/{n:int}` as `/users/<int:n>`; what is in Flask's form stays so."""

    def variable(match: re.Match[str]) -> str:
        name, converter = match.groups()
        return f"<{converter}:{name}>" if converter and converter != "str" else f"<{name}>"

    return _PARAMETER.sub(variable, path)


def path_from_rule(rule: str) -> str:
    """`/users/<int:n>` as `/users/{n:int}`."""
    return re.sub(r"<(?:(\w+)(?:\(.*?\))?:)?(\w+)>", _as_parameter, rule)


def rule_methods(view: Callable[..., Any] | None, methods: Iterable[str] | None) -> set[str]:
    """The methods that a rule is for: as given, else as the view says, else GET."""
    if methods is None:
        methods = getattr(view, "methods", None) or ("GET",)
    if isinstance(methods, str):
        raise TypeError(
            'Allowed methods must be a list of strings, for example: ["POST"], '
            f"and not {methods!r}."
        )
    return {method.upper() for method in methods}


def view_endpoint(view: Callable[..., Any] | None) -> str:
    """The name of a rule that was given none."""
    assert view is not None, "expected view func if endpoint is not provided."
    return view.__name__


class ViewRoute(BaseRoute):
    """A rule as FastAPI sees it: listed in `app.routes`, found by `app.url_path_for`.

    It never matches, because the app has asked Werkzeug's map before FastAPI's router is asked.
    """

    def __init__(self, rule: Rule, url_map: Map, endpoint: Callable[..., Any] | None) -> None:
        self.path = path_from_rule(rule.rule)
        self.name = str(rule.endpoint)
        self.methods = rule.methods
        self.endpoint = endpoint
        self._url_map = url_map

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        if name != self.name:
            raise NoMatchFound(name, path_params)
        try:
            built = self._url_map.bind("").build(name, path_params, append_unknown=False)
        except BuildError:
            raise NoMatchFound(name, path_params) from None
        return URLPath(path=built, protocol="http")


def _as_parameter(match: re.Match[str]) -> str:
    converter, name = match.groups()
    return f"{{{name}:{converter}}}" if converter else f"{{{name}}}"
