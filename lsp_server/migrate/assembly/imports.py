"""The imports of the helper file: of all that the pieces use, once each, sorted as isort does."""

import ast
import sys
from collections.abc import Iterable

from lsp_server.errors import MigrationError
from lsp_server.migrate.assembly.pieces import Imported

WIDTH = 88
FUTURE = "from __future__ import annotations"


def import_block(imports: Iterable[Imported]) -> str:
    """The import statements, grouped in the standard library and others; ends with a line end.

    Raises:
        MigrationError: Two pieces mean different things by one name.
    """
    used = _without_doubles(imports)
    for_types = [item for item in used if item.for_types]
    at_runtime = [item for item in used if not item.for_types]
    if for_types:
        at_runtime.append(Imported("typing", "TYPE_CHECKING", "TYPE_CHECKING", False))
    blocks = [FUTURE, *_groups(set(at_runtime))]
    if for_types:
        inner = "\n\n".join(_groups(set(for_types)))
        indented = "\n".join(f"    {line}" if line else "" for line in inner.split("\n"))
        blocks.append(f"if TYPE_CHECKING:\n{indented}")
    return "\n\n".join(blocks) + "\n"


def libraries(text: str) -> frozenset[str]:
    """The top-level packages outside the standard library that a module imports anywhere."""
    roots: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            roots.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            roots.add(node.module.split(".")[0])
    return frozenset(roots - sys.stdlib_module_names)


def _without_doubles(imports: Iterable[Imported]) -> list[Imported]:
    """An import for types only is left out where the same one is there at run time."""
    kept: dict[tuple[str, str], Imported] = {}
    meanings: dict[str, str] = {}
    for item in sorted(imports, key=lambda item: (item.for_types, item.module, item.name)):
        is_package = not item.module and item.bound == _root(item)
        meaning = item.bound if is_package else f"{item.module}:{item.name}"
        if meanings.setdefault(item.bound, meaning) != meaning:
            raise MigrationError(
                f"Two pieces of the helper import different things as {item.bound}; "
                "please report this."
            )
        kept.setdefault((item.bound, item.name if is_package else ""), item)
    return list(kept.values())


def _groups(imports: set[Imported]) -> list[str]:
    standard = {item for item in imports if _root(item) in sys.stdlib_module_names}
    return [_group(group) for group in (standard, imports - standard) if group]


def _root(item: Imported) -> str:
    return (item.module or item.name).split(".")[0]


def _group(imports: set[Imported]) -> str:
    plain = sorted(_plain(item) for item in imports if not item.module)
    modules = sorted({item.module for item in imports if item.module})
    return "\n".join([*plain, *(_from(module, imports) for module in modules)])


def _plain(item: Imported) -> str:
    is_root = item.bound == item.name.split(".")[0]
    return f"import {item.name}" if is_root else f"import {item.name} as {item.bound}"


def _from(module: str, imports: set[Imported]) -> str:
    names = sorted(
        (item.name if item.name == item.bound else f"{item.name} as {item.bound}")
        for item in imports
        if item.module == module
    )
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
