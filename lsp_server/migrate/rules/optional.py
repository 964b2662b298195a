"""An extension without a profile that the project can do without is done without.

    try:
        from flasgger import Swagger
    except ImportError:
        Swagger = None                  Swagger = None

So it is with a name that Flask had once, as `_app_ctx_stack`. Where the handler is what imports
such a name, and the helper has all that is tried, the handler goes.

Flask goes, and the extension with it, so the import would fail, or find a Flask that happens to
be installed and does not fit the app. What the handler says is what holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from lsp_server.migrate.exports import Exports
from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.source import Source, dotted_name, imported_name
from lsp_server.migrate.tree import Replacement

CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})
GONE = (
    "{name} needs Flask, and the code can do without it: its `except {caught}` branch is what "
    "holds now."
)
FORMER = (
    "{name} is gone from Flask, too: the `except {caught}` branch is what holds, as it does on "
    "Flask 2.3 and later."
)


def changes(scene: Scene) -> Iterator[Change]:
    """The `try` statements of a module that import such an extension."""
    seen: set[cst.CSTNode] = set()
    for binding in scene.source.facts.imports:
        found = optional_import(scene.source, scene.exports, binding)
        if found is None or found in seen:
            continue
        seen.add(found)
        _, handler = _attempt(scene.source, binding)
        if handler is not None:
            yield Change(found, _tried)
        else:
            full = imported_name(binding)
            refusal = scene.exports.refusal(full)
            assert refusal is not None
            sentence = FORMER if scene.exports.is_gone(full) else GONE
            caught = _caught(found.handlers[0])
            yield Change(found, _handled, warning=sentence.format(name=refusal[0], caught=caught))


def optional_import(source: Source, exports: Exports, binding: Binding) -> cst.Try | None:
    """The `try` around an import of a refused name that does without it, or does not need it."""
    full = imported_name(binding)
    if not full or exports.refusal(full) is None:
        return None
    if exports.replaced(full) and not exports.is_gone(full):
        return None
    attempt, handler = _attempt(source, binding)
    if attempt is None:
        return None
    simple = len(attempt.handlers) == 1 and not attempt.orelse and not attempt.finalbody
    if not simple or not _caught(attempt.handlers[0]):
        return None
    if handler is not None:
        given = _imports_only(attempt.body.body) and _is_given(source, exports, attempt)
        return attempt if given else None
    assert binding.statement is not None
    return attempt if _is_handled(attempt, source.facts.parents[binding.statement]) else None


def _is_handled(attempt: cst.Try, line: cst.CSTNode) -> bool:
    """Whether the handler does all that is done when the import on `line` fails.

    What comes after the import was never begun then; a handler of more than failed imports is
    taken to be about that, and not about the import.
    """
    lines: list[cst.CSTNode] = list(attempt.body.body)
    if _caught(attempt.handlers[0]) != "Exception" and line in lines:
        lines = lines[: lines.index(line) + 1]
    return _imports_only(lines)


def _attempt(source: Source, binding: Binding) -> tuple[cst.Try | None, cst.ExceptHandler | None]:
    """The `try` that an import stands in, and the handler if it is in one."""
    assert binding.statement is not None
    parents = source.facts.parents
    line = parents[binding.statement]
    block = line if isinstance(line, cst.SimpleStatementSuite) else parents.get(line)
    above = parents.get(block) if block is not None else None
    handler = above if isinstance(above, cst.ExceptHandler) else None
    if handler is not None:
        above = parents.get(handler)
    if not isinstance(above, cst.Try) or (handler is None and above.body is not block):
        return None, None
    return above, handler


def _is_given(source: Source, exports: Exports, attempt: cst.Try) -> bool:
    """Whether the helper has all that is tried, so that the handler is never needed."""
    tried = [
        imported_name(binding)
        for binding in source.facts.imports
        if _attempt(source, binding) == (attempt, None)
    ]
    return bool(tried) and all(
        exports.replaced(full) and exports.refusal(full) is None for full in tried
    )


def _caught(handler: cst.ExceptHandler) -> str:
    if handler.type is None:
        return "ImportError"
    names = (
        [element.value for element in handler.type.elements]
        if isinstance(handler.type, cst.Tuple)
        else [handler.type]
    )
    return next((name for name in map(dotted_name, names) if name in CAUGHT), "")


def _imports_only(lines: Sequence[cst.CSTNode]) -> bool:
    return all(
        isinstance(line, cst.SimpleStatementLine)
        and all(isinstance(small, cst.Import | cst.ImportFrom) for small in line.body)
        for line in lines
    )


def _handled(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.Try)
    return _in_place(node, node.handlers[0].body)


def _tried(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.Try)
    return _in_place(node, node.body)


def _in_place(node: cst.Try, body: cst.BaseSuite) -> Replacement:
    if isinstance(body, cst.SimpleStatementSuite):
        return cst.SimpleStatementLine(body.body, leading_lines=node.leading_lines)
    assert isinstance(body, cst.IndentedBlock)
    first, *others = body.body
    if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        first = first.with_changes(leading_lines=[*node.leading_lines, *first.leading_lines])
    return (first, *others)
