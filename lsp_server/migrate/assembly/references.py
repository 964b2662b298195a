"""What a piece of code takes from outside itself: global names, and words that may name methods.

Names are resolved by scope, so that a parameter called `request` does not drag the global of that
name along. Words are not resolved at all: a method counts as used wherever its name occurs.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

WORD = re.compile(r"[^\W\d]\w*")
PIECES = ("lsp_server.migrate.runtime", "lsp_server.migrate.profiles")

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_piece(module: str | None) -> bool:
    """Whether a module's definitions are pieces of the helper."""
    return module is not None and module.startswith(PIECES)


def free_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that statements at module level, or members of a class, look up globally."""
    found: set[str] = set()
    for node in nodes:
        found.update(_free(node, frozenset()))
    return frozenset(found)


def words(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """All names, attributes and words of strings in some code, its docstrings left out."""
    found: set[str] = set()
    for node in nodes:
        found.update(_words(node))
    return frozenset(found)


def bound_names(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that statements bind in their own scope."""
    found: set[str] = set()
    outer: set[str] = set()
    for statement in statements:
        for node in _same_scope(statement):
            found.update(_bound(node))
            if isinstance(node, ast.Global | ast.Nonlocal):
                outer.update(node.names)
    return frozenset(found - outer)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        if not is_piece(node.module):
            yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        if node.name is not None:
            yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest is not None:
        yield node.rest


def _same_scope(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is below it, without the insides of functions, classes and comprehensions."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(node, _COMPREHENSIONS) and isinstance(child, ast.comprehension):
            continue
        yield from _same_scope(child)


def _free(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    match node:
        case ast.Name():
            if node.id not in bound and isinstance(node.ctx, ast.Load):
                yield node.id
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _free_of_function(node, bound)
        case ast.Lambda():
            yield from _free_of_all([*node.args.defaults, *_present(node.args.kw_defaults)], bound)
            yield from _free(node.body, bound | _parameters(node.args))
        case ast.ClassDef():
            yield from _free_of_class(node, bound)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            targets = bound_names_of_targets(node.generators)
            yield from _free_of_all(ast.iter_child_nodes(node), bound | targets)
        case ast.AnnAssign():
            yield from _free_of_annotation(node.annotation, bound)
            yield from _free_of_all([node.target, *_present([node.value])], bound)
        case ast.Call():
            yield from _free_of_typing(node, bound)
            yield from _free_of_all(ast.iter_child_nodes(node), bound)
        case ast.ImportFrom() if is_piece(node.module):
            yield from (alias.name for alias in node.names)
        case _:
            yield from _free_of_all(ast.iter_child_nodes(node), bound)


def bound_names_of_targets(generators: Iterable[ast.comprehension]) -> frozenset[str]:
    """The names that the `for`s of a comprehension bind."""
    targets = (node for generator in generators for node in ast.walk(generator.target))
    return frozenset(node.id for node in targets if isinstance(node, ast.Name))


def _free_of_all(nodes: Iterable[ast.AST], bound: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        yield from _free(node, bound)


def _free_of_function(node: _Function, bound: frozenset[str]) -> Iterator[str]:
    given = node.args
    outside = [*node.decorator_list, *given.defaults, *_present(given.kw_defaults)]
    yield from _free_of_all(outside, bound)
    for annotation in _present([*(arg.annotation for arg in _all_args(given)), node.returns]):
        yield from _free_of_annotation(annotation, bound)
    inside = (bound | _parameters(given) | bound_names(node.body)) - _declared_global(node)
    yield from _free_of_all(node.body, inside)


def _free_of_class(node: ast.ClassDef, bound: frozenset[str]) -> Iterator[str]:
    """A class's own names count as global, too: `jsonify = staticmethod(jsonify)` means both."""
    yield from _free_of_all([*node.decorator_list, *node.bases, *node.keywords], bound)
    yield from _free_of_all(node.body, bound)


def _free_of_annotation(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    """An annotation's names, also those that are written as a string."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id not in bound:
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from _free_of_string(part.value, bound)


def _free_of_string(text: str, bound: frozenset[str]) -> Iterator[str]:
    try:
        expression = ast.parse(text.strip(), mode="eval")
    except SyntaxError:  # a word of a Literal
        return
    yield from _free_of_annotation(expression, bound)


def _free_of_typing(node: ast.Call, bound: frozenset[str]) -> Iterator[str]:
    """The strings in `cast("T", x)` and `TypeVar("T", bound="X")` are names, too."""
    called = node.func.id if isinstance(node.func, ast.Name) else None
    if called == "cast" and node.args:
        yield from _free_of_annotation(node.args[0], bound)
    elif called == "TypeVar":
        for keyword in node.keywords:
            yield from _free_of_annotation(keyword.value, bound)


def _all_args(given: ast.arguments) -> list[ast.arg]:
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [*named, *(arg for arg in (given.vararg, given.kwarg) if arg is not None)]


def _parameters(given: ast.arguments) -> frozenset[str]:
    return frozenset(arg.arg for arg in _all_args(given))


def _declared_global(node: _Function) -> frozenset[str]:
    statements = (part for statement in node.body for part in _same_scope(statement))
    return frozenset(
        name for part in statements if isinstance(part, ast.Global) for name in part.names
    )


def _present(nodes: Iterable[ast.expr | None]) -> list[ast.expr]:
    return [node for node in nodes if node is not None]


def _words(node: ast.AST) -> Iterator[str]:
    docstrings = set(_docstrings(node))
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and id(part) not in docstrings:
            yield from WORD.findall(part.value) if isinstance(part.value, str) else ()


def _docstrings(node: ast.AST) -> Iterator[int]:
    """The identities of the constants that are docstrings, and of any string on its own."""
    for part in ast.walk(node):
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
            yield id(part.value)
