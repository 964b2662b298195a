"""Functions and classes of a Python file, as an editor's user selects them."""

import ast
import warnings
from collections.abc import Iterable


def regions(text: str) -> dict[str, str]:
    """By their dotted name; of equal names the first; {} if it is not Python for the one that
    runs."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    _add(tree.body, "", text.splitlines(keepends=True), found)
    return found


def _add(body: Iterable[ast.stmt], inside: str, lines: list[str], to: dict[str, str]) -> None:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{inside}{node.name}"
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            to.setdefault(name, "".join(lines[first - 1 : node.end_lineno]))
            _add(node.body, f"{name}.", lines, to)
