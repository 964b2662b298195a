"""Statements that need an extension without a profile, read by syntax alone.

A name belongs to an extension if it is imported from it, if what it is bound to is made of such a
name, or if it is imported from a module of the project where that is so. Scopes are not told
apart: a name that is an extension's anywhere in a file counts as one everywhere in it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lsp_server.checks import python_tree
from lsp_server.project.imported import imported
from lsp_server.project.imports import is_ours
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot, Span

MODULES_BETWEEN = 2
"""As many modules of the project may hand an object on."""

MENTION = re.compile("flask|flasgger|connexion|apifairy|secure_cookie|dash", re.IGNORECASE)
"""A file that needs an extension names it, or Flask: all others are left unread, as a menu must be
quick."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Row:
    """One statement that needs extensions.

    Attributes:
        titles: What they are called: "Flask-Limiter".
        names: What the file calls them and their objects: `Limiter`, `limiter`.
        span: The statement's lines, whole, with its decorators.
        made: The lines of the project in which those objects are imported and made.
    """

    node: ast.stmt
    span: Span
    titles: tuple[str, ...]
    names: frozenset[str]
    made: str

    @property
    def name(self) -> str:
        """Of a definition; "" for any other statement."""
        return self.node.name if isinstance(self.node, Definition) else ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a file that are extensions' own, with their titles, and where they are made."""

    titles: Mapping[str, str]
    made: tuple[str, ...]


def row_at(project: Project, path: Path | None, snapshot: Snapshot, place: Span) -> Row | None:
    """The smallest statement around `place` that needs an extension without a profile."""
    names = names_of(project, path, snapshot.text)
    tree = python_tree.module(snapshot.text) if names.titles else None
    for node in _around(snapshot, tree, place) if tree else ():
        used = {name: names.titles[name] for name in _loaded(node) if name in names.titles}
        if used:
            span = lines_of(snapshot, node)
            if not is_whole(snapshot, node):
                return None
            titles = tuple(dict.fromkeys(used.values()))
            made = [line for line in names.made if line not in span.of(snapshot.text)]
            return Row(node, span, titles, frozenset(names.titles), "\n".join(made))
    return None


def names_of(
    project: Project, path: Path | None, text: str, n_between: int = MODULES_BETWEEN
) -> Names:
    """What in a file belongs to extensions without a profile."""
    tree = python_tree.module(text) if MENTION.search(text) else None
    if tree is None:
        return Names({}, ())
    own = {
        name: title
        for name, full, title in _imported_names(tree)
        if not is_ours(project, full, path)
    }
    titles = dict(own)
    made: dict[str, None] = {}
    if path is not None and n_between:
        for each in imported(project, path, "python", text):
            there = names_of(project, each.file, project.read(each.file) or "", n_between - 1)
            title = there.titles.get(each.original or "")
            if title:
                titles[each.name] = title
                made.update(dict.fromkeys(there.made))
    if not titles:
        return Names({}, ())
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)):
        titles.update(_bound(node, titles))
    made.update(dict.fromkeys(_making(text, tree, own, titles)))
    return Names(titles, tuple(made))


def n_uses(tree: ast.AST, names: frozenset[str]) -> int:
    """How often names are read or called, imports and bindings left out."""
    return sum(name in names for name in _loaded(tree))


def lines_using(tree: ast.AST, names: frozenset[str]) -> Iterator[int]:
    """The lines, from 1, in which names are imported, read or called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            if _imports_one(node, names):
                yield node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            yield node.lineno


def imports(tree: ast.Module, names: frozenset[str]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The statements that import one of the names, where others stand beside them."""
    for above in ast.walk(tree):
        body = getattr(above, "body", None)
        statements = body if isinstance(body, list) and len(body) > 1 else []
        for node in statements:
            if isinstance(node, ast.Import | ast.ImportFrom) and _imports_one(node, names):
                yield node


def _imports_one(node: ast.Import | ast.ImportFrom, names: frozenset[str]) -> bool:
    return any(bound_by(alias) in names for alias in node.names)


def bound_by(alias: ast.alias) -> str:
    """The name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """The name in the file, the full one, and the extension's title."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [(alias, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = [(alias, f"{node.module}.{alias.name}") for alias in node.names]
        else:
            continue
        for alias, full in found:
            title = _unknown(full)
            if title and alias.name != "*":
                yield bound_by(alias), full, title


def _unknown(full: str) -> str | None:
    """The extension's title, where nothing replaces it and it is not refused by name."""
    from lsp_server.migrate.exports import NO_PROFILE, Exports

    refusal = Exports().refusal(full)
    return refusal[0] if refusal and refusal[1] == NO_PROFILE else None


def _bound(
    node: ast.Assign | ast.AnnAssign, titles: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Names bound to what an extension's name makes: `limiter = Limiter(app)`."""
    made = node.value.func if isinstance(node.value, ast.Call) else node.value
    while isinstance(made, ast.Attribute):
        made = made.value
    if isinstance(made, ast.Name) and made.id in titles:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from ((each.id, titles[made.id]) for each in targets if isinstance(each, ast.Name))


def _making(
    text: str, tree: ast.Module, own: Mapping[str, str], titles: Mapping[str, str]
) -> Iterator[str]:
    """Imports from the extension itself, and what is made of them."""
    for node in tree.body:
        is_import = isinstance(node, ast.Import | ast.ImportFrom) and any(
            bound_by(alias) in own for alias in node.names
        )
        is_made = isinstance(node, ast.Assign | ast.AnnAssign) and any(_bound(node, titles))
        if is_import or is_made:
            yield ast.get_source_segment(text, node) or ast.unparse(node)


def _loaded(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def _around(snapshot: Snapshot, tree: ast.Module, place: Span) -> Iterator[ast.stmt]:
    """The statements around a place, the smallest first; imports are none."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and not isinstance(node, ast.Import | ast.ImportFrom)
        and lines_of(snapshot, node).contains(place)
    ]
    yield from sorted(found, key=lambda node: len(lines_of(snapshot, node)))


def lines_of(snapshot: Snapshot, node: ast.stmt) -> Span:
    """The lines of a statement, whole, with its decorators."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    first = min([node.lineno, *(each.lineno for each in decorators)])
    last = node.end_lineno or node.lineno
    return Span(snapshot.line_span(first - 1).start, snapshot.line_span(last - 1).end)


def is_whole(snapshot: Snapshot, node: ast.stmt) -> bool:
    """Whether nothing else stands in the statement's lines."""
    lines = lines_of(snapshot, node).of(snapshot.text)
    alone = python_tree.module(lines if not lines[:1].isspace() else f"if 1:\n{lines}")
    body = alone.body if alone else []
    if body and isinstance(body[0], ast.If) and lines[:1].isspace():
        body = body[0].body
    return len(body) == 1
