"""Imports from the helper in lines that follow one another become one.

    from flask_compat import App, request      from flask_compat import App, LoginManager, request
    from flask_compat import LoginManager

Lines with a comment stay, and so do lines that were there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import libcst as cst

from lsp_server.migrate.routes import has_comments
from lsp_server.migrate.rules.name_order import order_of
from lsp_server.migrate.source import dotted_name

WIDTH = 88
"""Columns of Black's and Ruff's lines."""


def together(module: cst.Module, before: cst.Module, helper: str) -> cst.Module:
    """The module, whose imports at the top from the module named `helper` were made just now."""
    there = set(map(id, before.body))
    body: list[cst.BaseStatement] = []
    for run in _runs(module.body, helper):
        is_new = any(id(line) not in there for line in run)
        body.extend([_joined(module, run)] if len(run) > 1 and is_new else run)
    return module.with_changes(body=body)


def _runs(body: Iterable[cst.BaseStatement], helper: str) -> Iterator[list[cst.BaseStatement]]:
    """All statements; those that can be one import stand together."""
    run: list[cst.BaseStatement] = []
    for line in body:
        if run and not _goes_on(run[-1], line, helper):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _goes_on(above: cst.BaseStatement, line: cst.BaseStatement, helper: str) -> bool:
    one, other = _taken(above, helper), _taken(line, helper)
    if one is None or other is None:
        return False
    assert isinstance(line, cst.SimpleStatementLine)
    if line.leading_lines:
        return False
    return len(one.relative) == len(other.relative) and dotted_name(one.module) == dotted_name(
        other.module
    )


def _taken(line: cst.BaseStatement, helper: str) -> cst.ImportFrom | None:
    """The import of a line that is nothing but an import of names from the helper."""
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    statement = line.body[0]
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return None
    is_helper = dotted_name(statement.module).rpartition(".")[2] == helper
    has_comment = line.trailing_whitespace.comment is not None or has_comments(statement)
    return statement if is_helper and not has_comment else None


def _joined(module: cst.Module, run: Sequence[cst.BaseStatement]) -> cst.BaseStatement:
    first = run[0]
    assert isinstance(first, cst.SimpleStatementLine)
    groups = [_names(line) for line in run]
    names = list(dict.fromkeys(chain.from_iterable(groups)))
    order = order_of(*groups)
    if order is not None:
        names.sort(key=order)
    line = cst.parse_statement(_written(module, first, names), module.config_for_parsing)
    return line.with_changes(leading_lines=first.leading_lines)


def _names(line: cst.BaseStatement) -> list[str]:
    """As they are written: `jsonify as to_json`."""
    assert isinstance(line, cst.SimpleStatementLine)
    statement = line.body[0]
    assert isinstance(statement, cst.ImportFrom)
    assert not isinstance(statement.names, cst.ImportStar)
    return [
        f"{alias.evaluated_name} as {alias.evaluated_alias}"
        if alias.evaluated_alias
        else alias.evaluated_name
        for alias in statement.names
    ]


def _written(module: cst.Module, line: cst.SimpleStatementLine, names: Sequence[str]) -> str:
    statement = line.body[0]
    assert isinstance(statement, cst.ImportFrom)
    head = f"from {'.' * len(statement.relative)}{dotted_name(statement.module)} import "
    if len(head) + len(", ".join(names)) <= WIDTH:
        return head + ", ".join(names)
    lines = [f"{head}(", *(f"{module.default_indent}{name}," for name in names), ")"]
    return module.default_newline.join(lines)
