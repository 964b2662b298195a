"""The line of each statement, from Python's own parser, as libcst's positions cost ten times more.

Both parsers see the same statements in the same order, so their trees are walked side by side.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import libcst as cst

_Body: TypeAlias = cst.Module | cst.BaseSuite
_Pairs: TypeAlias = Iterator[tuple[cst.CSTNode, int]]


def statement_lines(tree: cst.Module, parsed: ast.Module) -> dict[cst.CSTNode, int]:
    """The lines, from 1, of all statements, decorators and handlers of a module."""
    return dict(_suite(tree, parsed.body))


def _suite(body: _Body, parsed: Sequence[ast.stmt]) -> _Pairs:
    left = iter(parsed)
    assert isinstance(body, cst.Module | cst.IndentedBlock | cst.SimpleStatementSuite)
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            for index, small in enumerate(statement.body):
                line = next(left).lineno
                yield small, line
                if index == 0:
                    yield statement, line
        elif isinstance(statement, cst.BaseSmallStatement):
            yield statement, next(left).lineno
        else:
            yield from _compound(statement, next(left))


def _compound(statement: cst.CSTNode, parsed: ast.stmt) -> _Pairs:
    yield statement, parsed.lineno
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        assert isinstance(parsed, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for decorator, expression in zip(statement.decorators, parsed.decorator_list, strict=True):
            yield decorator, expression.lineno
    elif isinstance(statement, cst.Match):
        assert isinstance(parsed, ast.Match)
        for case, parsed_case in zip(statement.cases, parsed.cases, strict=True):
            yield from _suite(case.body, parsed_case.body)
        return
    body = getattr(statement, "body", None)
    assert isinstance(body, cst.BaseSuite)
    yield from _suite(body, _statements(parsed, "body"))
    yield from _handlers(statement, parsed)
    yield from _otherwise(getattr(statement, "orelse", None), _statements(parsed, "orelse"))
    final = getattr(statement, "finalbody", None)
    if isinstance(final, cst.Finally):
        yield from _suite(final.body, _statements(parsed, "finalbody"))


def _statements(parsed: ast.stmt, name: str) -> list[ast.stmt]:
    found: list[ast.stmt] = getattr(parsed, name, [])
    return found


def _handlers(statement: cst.CSTNode, parsed: ast.stmt) -> _Pairs:
    if isinstance(statement, cst.Try | cst.TryStar):
        assert isinstance(parsed, ast.Try | ast.TryStar)
        handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler] = statement.handlers
        for handler, parsed_handler in zip(handlers, parsed.handlers, strict=True):
            yield handler, parsed_handler.lineno
            yield from _suite(handler.body, parsed_handler.body)


def _otherwise(orelse: object, parsed: list[ast.stmt]) -> _Pairs:
    if isinstance(orelse, cst.If):  # an `elif`, which Python's parser has as an `if` in an `else`
        yield from _compound(orelse, parsed[0])
    elif isinstance(orelse, cst.Else):
        yield from _suite(orelse.body, parsed)
