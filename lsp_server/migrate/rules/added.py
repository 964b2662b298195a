"""Imports that new code needs, such as `import uvicorn`, where a module has none of that name.

They go above the module's first import of Flask, or, where it has none at its top, after its
docstring and `__future__` imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import libcst as cst

from lsp_server.migrate.source import Source, dotted_name

_Statement: TypeAlias = cst.SimpleStatementLine | cst.BaseCompoundStatement


def missing(source: Source, names: Iterable[str]) -> list[str]:
    """Those of the full names that the module does not import yet, each once."""
    bound = source.facts.top.bindings
    return [name for name in sorted(set(names)) if name.rpartition(".")[2] not in bound]


def with_imports(module: cst.Module, names: Sequence[str], helper: str) -> cst.Module:
    """The module with imports of `names`, above its first import of the helper."""
    if not names:
        return module
    new = [_statement(name) for name in names]
    body = list(module.body)
    place = next((index for index, line in enumerate(body) if _takes_from(line, helper)), -1)
    if place < 0:
        place = _after_header(body)
    if place < len(body):
        body[place], new[0] = _leading_moved(body[place], new[0])
    return module.with_changes(body=[*body[:place], *new, *body[place:]])


def _takes_from(line: cst.CSTNode, helper: str) -> bool:
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    first = line.body[0]
    if isinstance(first, cst.ImportFrom):
        if dotted_name(first.module).rpartition(".")[2] == helper:
            return True
    elif not isinstance(first, cst.Import):
        return False
    if isinstance(first.names, cst.ImportStar):
        return False
    return any(alias.evaluated_name.rpartition(".")[2] == helper for alias in first.names)


def _leading_moved(
    old: _Statement, new: cst.SimpleStatementLine
) -> tuple[_Statement, cst.SimpleStatementLine]:
    """What stands above an import, such as a comment, stands above the new one."""
    if not isinstance(old, cst.SimpleStatementLine) or not _is_import(old):
        return old, new
    return old.with_changes(leading_lines=()), new.with_changes(leading_lines=old.leading_lines)


def _statement(name: str) -> cst.SimpleStatementLine:
    module, _, attribute = name.rpartition(".")
    code = f"from {module} import {attribute}" if module else f"import {name}"
    line = cst.parse_statement(code)
    assert isinstance(line, cst.SimpleStatementLine)
    return line


def _after_header(body: Sequence[_Statement]) -> int:
    place = 0
    for index, line in enumerate(body):
        if not isinstance(line, cst.SimpleStatementLine):
            break
        if not _is_future(line) and not (index == 0 and _is_docstring(line)):
            break
        place = index + 1
    return place


def _is_import(line: cst.SimpleStatementLine) -> bool:
    return isinstance(line.body[0], cst.Import | cst.ImportFrom)


def _is_docstring(line: cst.SimpleStatementLine) -> bool:
    first = line.body[0]
    return isinstance(first, cst.Expr) and isinstance(
        first.value, cst.SimpleString | cst.ConcatenatedString
    )


def _is_future(line: cst.SimpleStatementLine) -> bool:
    first = line.body[0]
    return isinstance(first, cst.ImportFrom) and dotted_name(first.module) == "__future__"
