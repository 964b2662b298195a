"""What must hold of a statement that went on without its extension, and what is imported for it.

Each check says in one sentence what is wrong, so that the model can mend it. A result that is not
valid Python passes: another check tells that.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from lsp_server.actions.extension.uses import Definition, Row, bound_by, imports, n_uses
from lsp_server.actions.idiom.imports import missing
from lsp_server.actions.layout import lf
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
    "flask": (
        "Response abort after_this_request current_app flash g jsonify make_response redirect "
        "render_template request send_file session url_for"
    ),
    "collections": "Counter OrderedDict defaultdict deque",
    "datetime": "date datetime timedelta timezone",
    "functools": "lru_cache partial wraps",
}
KNOWN = {name: "" for name in sys.stdlib_module_names if not name.startswith("_")} | {
    name: module for module, names in FROM.items() for name in names.split()
}


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


def without_imports(snapshot: Snapshot, row: Row, node: ast.Import | ast.ImportFrom) -> Span | None:
    """The lines of an import that may fall away in part; None if they hold more than it."""
    span = Span(
        snapshot.line_span(node.lineno - 1).start,
        snapshot.line_span((node.end_lineno or node.lineno) - 1).end,
    )
    alone = python_tree.module(span.of(snapshot.text))
    return span if alone is not None and len(alone.body) == 1 else None


def import_lines(snapshot: Snapshot, row: Row, node: ast.Import | ast.ImportFrom, text: str) -> str:
    """What is left of an import once `text` stands in the place of the row; "" for nothing."""
    tree = python_tree.module(Edit(row.span, text).apply(snapshot.text))
    span = without_imports(snapshot, row, node)
    assert span is not None, "asked for before"
    lines = lf(span.of(snapshot.text))
    if tree is None:
        return lines
    kept = [
        alias
        for alias in node.names
        if bound_by(alias) not in row.names or n_uses(tree, frozenset([bound_by(alias)]))
    ]
    if len(kept) == len(node.names):
        return lines
    if not kept:
        return ""
    names = ", ".join(ast.unparse(alias) for alias in kept)
    if isinstance(node, ast.Import):
        return f"import {names}\n"
    return f"from {'.' * node.level}{node.module or ''} import {names}\n"


def new_imports(snapshot: Snapshot, row: Row, text: str) -> str:
    """Lines that import what `text` needs of Flask and of the standard library."""
    known = dict(KNOWN)
    for name in ("datetime", "time"):
        if f"{name}.{name}" in text or f"{name}.time" in text:
            known[name] = ""
    return missing(snapshot, row.span, text, known)


def importing(snapshot: Snapshot, row: Row) -> Iterator[tuple[ast.Import | ast.ImportFrom, Span]]:
    """The imports of the file that bind names of the extension, and may fall away."""
    tree = python_tree.module(snapshot.text)
    assert tree is not None, "a file that holds a row is valid"
    for node in imports(tree, row.names):
        span = without_imports(snapshot, row, node)
        if span is not None:
            yield node, span


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
    return {
        target.id
        for node in (tree.body if tree else ())
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


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
