"""What must hold of a statement that went on without its extension, and what is imported for it.

Each check says in one sentence what is wrong, so that the model can mend it. A result that is not
valid Python passes: another check tells that.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lsp_server.actions.extension.uses import (
    Definition,
    Row,
    bound_by,
    imports,
    is_whole,
    lines_of,
    n_uses,
)
from lsp_server.actions.idiom.imports import missing
from lsp_server.actions.layout import lf, margin
from lsp_server.checks import python_tree
from lsp_server.project.imported import imported
from lsp_server.project.workspace import Project
from lsp_server.text import Edit, Snapshot, Span

Checked = Callable[[Snapshot, str], str | None]

USES = "The result still uses {names} of {titles}: do without it."
LOST = "The result must define `{name}` again, with the same parameters: `{head}`."
UNDECORATED = "`{name}` lost its decorator `@{decorator}`."
NEEDED = "`{name}` is still imported by {file}: take the extension out of what uses it there first."

FROM = {
    "": "base64 hashlib hmac ipaddress itertools json math os random re secrets time uuid",
    "flask": (
        "Response abort after_this_request current_app flash g jsonify make_response redirect "
        "render_template request send_file session url_for"
    ),
    "collections": "Counter OrderedDict defaultdict deque",
    "datetime": "date datetime timedelta timezone",
    "functools": "lru_cache partial wraps",
}
KNOWN = {name: module for module, names in FROM.items() for name in names.split()}
OF_MODULE = re.compile(r"\bdatetime\.(?:date|datetime|time|timedelta|timezone|UTC)\b")


def free_of(row: Row) -> Checked:
    """The check that the statement does without the extension."""

    def check(before: Snapshot, after: str) -> str | None:
        old, new = python_tree.module(before.text), python_tree.module(after)
        if old is None or new is None:
            return None
        if n_uses(new, row.names) <= n_uses(old, row.names) - n_uses(row.node, row.names):
            return None
        names = ", ".join(
            f"`{name}`" for name in sorted(row.names) if n_uses(new, frozenset([name]))
        )
        return USES.format(names=names, titles=" and ".join(row.titles))

    return check


def same_definition(row: Row) -> Checked:
    """The check that a function or class is there again, with what else decorates it."""

    def check(_: Snapshot, after: str) -> str | None:
        tree = python_tree.module(after)
        if tree is None or not isinstance(row.node, Definition):
            return None
        return next(_definition_problems(row, row.node, tree), None)

    return check


def nobody_needs(project: Project, path: Path | None, row: Row) -> Checked:
    """The check that no other module imports what is bound no longer."""

    def check(before: Snapshot, after: str) -> str | None:
        tree = python_tree.module(after)
        gone = _bound_at_top(before.text) - _bound_at_top(after) if tree else set()
        if not gone or path is None:
            return None
        file, name = _importer(project, path, gone) or (None, "")
        return NEEDED.format(name=name, file=file) if file else None

    return check


def import_lines(snapshot: Snapshot, row: Row, node: ast.Import | ast.ImportFrom, text: str) -> str:
    """What is left of an import once `text` stands in the place of the row; "" for nothing.

    Only what was used before, and is not any more, goes.
    """
    lines = lf(lines_of(snapshot, node).of(snapshot.text))
    old = python_tree.module(snapshot.text)
    new = python_tree.module(Edit(row.span, text).apply(snapshot.text))
    if old is None or new is None:
        return lines
    gone = {
        name
        for name in map(bound_by, node.names)
        if name in row.names and _is_used(old, name) and not _is_used(new, name)
    }
    kept = [alias for alias in node.names if bound_by(alias) not in gone]
    if not gone or not kept:
        return lines if kept else ""
    names = ", ".join(ast.unparse(alias) for alias in kept)
    if isinstance(node, ast.Import):
        return f"{margin(lines)}import {names}\n"
    return f"{margin(lines)}from {'.' * node.level}{node.module or ''} import {names}\n"


def new_imports(snapshot: Snapshot, row: Row, text: str) -> str:
    """Lines that import what `text` needs of Flask and of the standard library."""
    known = {**KNOWN, "datetime": ""} if OF_MODULE.search(text) else KNOWN
    return missing(snapshot, row.span, text, known)


def importing(snapshot: Snapshot, row: Row) -> Iterator[tuple[ast.Import | ast.ImportFrom, Span]]:
    """The imports outside of the row that bind names of the extension, and may fall away."""
    tree = python_tree.module(snapshot.text)
    assert tree is not None, "a file that holds a row is valid"
    for node in imports(tree, row.names):
        span = lines_of(snapshot, node)
        if is_whole(snapshot, node) and not row.span.contains(span):
            yield node, span


def _is_used(tree: ast.Module, name: str) -> bool:
    """Read, called, or told in a text such as `__all__`."""
    return bool(n_uses(tree, frozenset([name]))) or any(
        isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree)
    )


def _definition_problems(row: Row, old: Definition, tree: ast.Module) -> Iterator[str]:
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, type(old)) and node.name == old.name and _head(node) == _head(old)
    ]
    if not found:
        yield LOST.format(name=old.name, head=_head(old))
        return
    kept = {ast.unparse(each) for node in found for each in node.decorator_list}
    for each in old.decorator_list:
        if not n_uses(each, row.names) and ast.unparse(each) not in kept:
            yield UNDECORATED.format(name=old.name, decorator=ast.unparse(each))


def _head(node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    return f"{word} {node.name}({ast.unparse(node.args)})"


def _bound_at_top(text: str) -> set[str]:
    tree = python_tree.module(text)
    return {name for node in (tree.body if tree else ()) for name in _bound(node)}


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from map(bound_by, node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _importer(project: Project, path: Path, names: set[str]) -> tuple[Path, str] | None:
    """A file that imports one of the names from the module at `path`."""
    from lsp_server.migrate.workspace import read

    if project.root is None:
        return None
    root = project.root.resolve()
    for inside, text in sorted(read(root, project.open_texts).files.items()):
        file = root / inside
        if inside.suffix != ".py" or file == path.resolve():
            continue
        for each in imported(project, file, "python", text):
            if each.file.resolve() == path.resolve() and each.original in names:
                return Path(inside), each.original
    return None
