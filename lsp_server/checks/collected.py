"""A test file would be collected: it parses, it holds a test, and its imports are there.

Static: nothing is run or imported. Of imports only those from the workspace are judged, in
Python; what is installed in the project's interpreter is not known here.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

from lsp_server.checks import python_tree
from lsp_server.checks.parses import parses
from lsp_server.project.imports import absolute_name, is_ours, module_file, source_roots
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot

TEST_CALL = re.compile(r"(?<![\w.])(?:it|test)(?:\.\w+)*\s*[(`]")
TESTS = {
    "javascript": TEST_CALL,
    "javascriptreact": TEST_CALL,
    "typescript": TEST_CALL,
    "typescriptreact": TEST_CALL,
    "go": re.compile(r"^func (?:Test|Fuzz|Example|Benchmark)\w*\(", re.M),
    "rust": re.compile(r"#\[(?:\w+::)*test\b"),
    "java": re.compile(r"@(?:Parameterized|Repeated)?Test\b|@Property\b"),
    "c": re.compile(r"\b(?:test_\w+|TEST\w*)\s*\("),
    "cpp": re.compile(r"\b(?:test_\w+|TEST\w*)\s*\("),
}
NO_TEST = "The result holds no test that the framework would find."


def collected(project: Project, path: Path) -> Callable[[Snapshot, str], str | None]:
    """The check for a test file that is or will be at `path`."""

    def check(before: Snapshot, after: str) -> str | None:
        error = parses(before, after)
        if error is not None:
            return error
        if before.language != "python":
            pattern = TESTS.get(before.language)
            return NO_TEST if pattern and not pattern.search(after) else None
        return _python(project, path, after)

    return check


def collected_tests(text: str) -> tuple[str, ...]:
    """The tests that pytest would find in Python text: `test_a`, `TestB.test_c`; () if invalid."""
    tree = python_tree.module(text)
    return tuple(_tests(tree)) if tree else ()


def _python(project: Project, path: Path, text: str) -> str | None:
    tree = python_tree.module(text)
    if tree is None:
        return "The result is not valid Python."
    if not any(True for _ in _tests(tree)):
        return NO_TEST
    return next(filter(None, _import_errors(project, path, tree)), None)


def _tests(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if _is_function(node, "test"):
            yield node.name
        elif isinstance(node, ast.ClassDef) and _holds_tests(node):
            for each in node.body:
                if _is_function(each, "test"):
                    yield f"{node.name}.{each.name}"


def _holds_tests(node: ast.ClassDef) -> bool:
    """pytest takes `Test...` without a constructor, and every `unittest.TestCase`."""
    if any(ast.unparse(base).endswith("TestCase") for base in node.bases):
        return True
    has_constructor = any(_is_function(each, "__init__") for each in node.body)
    return node.name.startswith("Test") and not has_constructor


def _is_function(node: ast.stmt, prefix: str) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name.startswith(prefix)
    return False


def _import_errors(project: Project, path: Path, tree: ast.Module) -> Iterator[str | None]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _missing_module(project, path, alias.name)
        elif isinstance(node, ast.ImportFrom):
            name = absolute_name(project, path, node.level, node.module or "")
            yield _missing_module(project, path, name)
            for alias in node.names:
                yield _missing_name(project, path, name, alias.name)


def _missing_module(project: Project, path: Path, name: str) -> str | None:
    if not is_ours(project, name, path) or module_file(project, name, path):
        return None
    folder = name.replace(".", "/")
    if any((root / folder).is_dir() for root in source_roots(project)):
        return None
    return f"The result imports `{name}`, which is not in this workspace."


def _missing_name(project: Project, path: Path, module: str, name: str) -> str | None:
    """A name that a module of ours neither binds nor has as a submodule."""
    file = module_file(project, module, path)
    text = project.read(file) if file else None
    tree = python_tree.module(text) if text is not None else None
    if tree is None or name == "*" or module_file(project, f"{module}.{name}", path):
        return None
    bound = _bound(tree)
    if bound is None or name in bound:
        return None
    return f"The result imports `{name}` from `{module}`, which does not define it."


def _bound(tree: ast.Module) -> set[str] | None:
    """Names that a module binds anywhere outside functions; None if that cannot be told."""
    found: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        found |= _bound_by(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name == "__getattr__":
                return None
            continue
        pending.extend(ast.iter_child_nodes(node))
    return None if "*" in found else found


def _bound_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return set()
