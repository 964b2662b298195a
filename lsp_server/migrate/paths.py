"""Flask's URL rules in FastAPI's path syntax, as far as that can say them.

`<int:n>` is `{n:int}`, `<name>` is `{name}`. A converter with arguments, a converter of the
project's own, and literal braces cannot be said: such a rule stays on the helper's `route`, which
takes Flask's syntax.
"""

from __future__ import annotations

import re

import libcst as cst

# Werkzeug's names of converters, and what FastAPI calls them.
CONVERTERS = {
    "": "",
    "default": "",
    "string": "",
    "int": ":int",
    "float": ":float",
    "path": ":path",
    "uuid": ":uuid",
}
_VARIABLE = re.compile(
    r"<(?:(?P<converter>[a-zA-Z_][a-zA-Z0-9_]*):)?(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)>"
)


def fastapi_path(rule: str) -> str | None:
    """The path that says the same as a URL rule, or None if none does."""
    if "{" in rule or "}" in rule:
        return None
    names = [match["name"] for match in _VARIABLE.finditer(rule)]
    converters = {match["converter"] or "" for match in _VARIABLE.finditer(rule)}
    if len(set(names)) < len(names) or not converters <= CONVERTERS.keys():
        return None
    path = _VARIABLE.sub(_said, rule)
    return None if "<" in path or ">" in path else path


def _said(match: re.Match[str]) -> str:
    return f"{{{match['name']}{CONVERTERS[match['converter'] or '']}}}"


def literal_text(node: cst.BaseExpression) -> str | None:
    """The value of a string literal; None if it is not one, or bytes."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def path_literal(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The literal of a rule as the literal of a path, quotes and prefix kept.

    None if it is no literal, or has no path that says the same.
    """
    text = literal_text(node)
    path = fastapi_path(text) if text is not None else None
    if path is None:
        return None
    new = _converted(node)
    return new if new is not None and literal_text(new) == path else None


def _converted(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Each piece of a literal converted by itself."""
    if isinstance(node, cst.ConcatenatedString):
        left, right = _converted(node.left), _converted(node.right)
        if isinstance(left, cst.SimpleString) and isinstance(
            right, cst.SimpleString | cst.ConcatenatedString
        ):
            return node.with_changes(left=left, right=right)
        return None
    if not isinstance(node, cst.SimpleString):
        return None
    path = fastapi_path(node.raw_value)
    if path is None:
        return None
    start = len(node.prefix) + len(node.quote)
    return node.with_changes(value=f"{node.value[:start]}{path}{node.quote}")
