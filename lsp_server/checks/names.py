"""The names that new Python code uses resolve: in the file, or as builtins.

Python's own symbol tables decide what is local, free and global. Only names that did not resolve
and were not used before are told; attributes are not looked at, nothing is imported. A file with
`from x import *` passes, and so do languages other than Python: their scopes span files.
"""

import ast
import builtins
import re
import symtable
import warnings
from collections.abc import Iterator

from lsp_server.checks import python_tree
from lsp_server.text import Snapshot

MODULE_NAMES = frozenset(
    {
        "__file__", "__path__", "__builtins__", "__annotations__", "__class__", "__module__",
        "__qualname__", "__dict__", "WindowsError",
    }
)  # fmt: skip
# Who calls these binds names that no table shows.
BINDERS = frozenset({"globals", "exec"})
KNOWN = frozenset(dir(builtins)) | MODULE_NAMES


def names_resolve(before: Snapshot, after: str) -> str | None:
    """A sentence that lists the names; None also where the result does not parse."""
    if before.language != "python":
        return None
    new = unresolved(after)
    if not new:
        return None
    old = unresolved(before.text)
    known = set(re.findall(r"\w+", before.text)) if old is None else set(old)
    missing = [name for name in new if name not in known]
    if not missing:
        return None
    listed = ", ".join(f"`{name}`" for name in missing[:5])
    return f"The result uses {listed}, which this file neither defines nor imports."


def unresolved(text: str) -> tuple[str, ...] | None:
    """Names that nothing in the file binds, in no order; None if that cannot be told."""
    tree = python_tree.module(text)
    if tree is None or _imports_everything(tree):
        return None
    try:
        tables = list(_tables(text))
    except (SyntaxError, RecursionError):
        return None
    bound = {name for table in tables for name in _bound_globally(table)}
    used = dict.fromkeys(name for table in tables for name in _used_globally(table))
    if not used.keys().isdisjoint(BINDERS):
        return None
    return tuple(name for name in used if name not in bound | KNOWN)


def _tables(text: str) -> Iterator[symtable.SymbolTable]:
    """The tables of all scopes. What only the symbol table refuses is a SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pending = [symtable.symtable(text, "<text>", "exec")]
    while pending:
        table = pending.pop()
        yield table
        pending.extend(reversed(table.get_children()))


def _bound_globally(table: symtable.SymbolTable) -> Iterator[str]:
    """Names of the module: bound in its own scope, or in one that declares them global."""
    for symbol in table.get_symbols():
        is_bound = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
        if is_bound and (table.get_type() == "module" or symbol.is_declared_global()):
            yield symbol.get_name()


def _used_globally(table: symtable.SymbolTable) -> Iterator[str]:
    is_module = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (is_module or symbol.is_global()):
            yield symbol.get_name()


def _imports_everything(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)
    )
