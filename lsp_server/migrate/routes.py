"""What a route declaration says, and how it is said with the helper.

`App` and `Blueprint` of the helper take FastAPI's verbs and `api_route` with FastAPI's paths, and
`route` with Flask's. A declaration that fits neither, such as one with `**options`, stays as it
is, which the helper understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from lsp_server.migrate.paths import literal_text, path_literal

VERBS = ("get", "post", "put", "delete", "patch")
DECORATORS = frozenset({"route", *VERBS})
# What the verbs of the helper take beside the path.
UNDERSTOOD = frozenset({"rule", "methods", "endpoint", "defaults", "strict_slashes"})


@dataclass(frozen=True, slots=True)
class Route:
    """One declaration.

    Attributes:
        call: `app.route(...)` as it stands.
        rule: The literal rule; None if it is computed.
        methods: Those that are literals, upper case; None if they are computed.
        becomes: The name of the decorator, or None where the declaration stays as it is.
        why: Why it keeps Flask's syntax, for the plan.
    """

    call: cst.Call
    rule: str | None
    methods: tuple[str, ...] | None
    becomes: str | None
    why: str = ""

    @property
    def how(self) -> Literal["S", "H"]:
        """By syntax alone, or with the helper's `route`."""
        return "S" if self.becomes not in (None, "route") else "H"


def read_route(call: cst.Call) -> Route | None:
    """The declaration in a call of `x.route`, `x.get`...; None if it is no such call."""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value not in DECORATORS or not call.args:
        return None
    verb = func.attr.value
    path = rule_argument(call)
    methods = _methods(call) if verb == "route" else (verb.upper(),)
    if path is None:
        return Route(call, None, methods, None, "its arguments are computed")
    rule = literal_text(path.value)
    why = _obstacle(call, path)
    if why:
        return Route(call, rule, methods, "route" if verb != "route" else None, why)
    return Route(call, rule, methods, _decorator(call, verb, methods))


def rule_argument(call: cst.Call) -> cst.Arg | None:
    """The argument that is the rule; None if it cannot be told."""
    if any(arg.star for arg in call.args):
        return None
    named = [arg for arg in call.args if arg.keyword and arg.keyword.value == "rule"]
    if named:
        return named[0]
    return call.args[0] if call.args and call.args[0].keyword is None else None


def argument(call: cst.Call, name: str) -> cst.Arg | None:
    """The keyword argument of that name."""
    return next((arg for arg in call.args if arg.keyword and arg.keyword.value == name), None)


def _obstacle(call: cst.Call, path: cst.Arg) -> str:
    names = {arg.keyword.value for arg in call.args if arg.keyword}
    others = sorted(names - UNDERSTOOD)
    if others:
        return f"`{others[0]}` has no counterpart"
    if literal_text(path.value) is None:
        return "its rule is computed"
    if path_literal(path.value) is None:
        return "FastAPI's paths cannot say its rule"
    return ""


def _decorator(call: cst.Call, verb: str, methods: tuple[str, ...] | None) -> str:
    if verb != "route":
        return verb
    given = argument(call, "methods")
    if given is None:
        return "get"
    only = methods[0].lower() if methods and len(methods) == 1 else ""
    return only if only in VERBS and not has_comments(call) else "api_route"


def _methods(call: cst.Call) -> tuple[str, ...] | None:
    given = argument(call, "methods")
    if given is None:
        return ("GET",)
    if not isinstance(given.value, cst.List | cst.Tuple | cst.Set):
        return None
    texts = [literal_text(element.value) for element in given.value.elements]
    return tuple(text.upper() for text in texts if text) if all(texts) and texts else None


def has_comments(node: cst.CSTNode) -> bool:
    """Whether there is a comment inside a node."""
    return "#" in cst.Module([]).code_for_node(node) and _any_comment(node)


def _any_comment(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Comment) or any(_any_comment(child) for child in node.children)
