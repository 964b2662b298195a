"""The pieces as text: what stands at the top level of the runtime's and the profiles' modules.

The modules are read through `importlib.resources` and parsed, never imported: what they import need
not be installed here. A definition knows its lines, its comments included, what it refers to, and,
if it is a class, which of its members can be left out.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeGuard

from lsp_server.migrate.assembly.references import bound_names, free_names, is_piece, words

RUNTIME = "lsp_server.migrate.runtime"
CALLED_BY = "# called by "


@dataclass(frozen=True, slots=True)
class Imported:
    """One name that an import binds.

    Attributes:
        module: What is imported from; "" for `import name`.
        name: The name there, or the dotted module.
        bound: The name here.
        for_types: Whether it stands below `if TYPE_CHECKING`.
    """

    module: str
    name: str
    bound: str
    for_types: bool


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A method of a class, or another name for one. Lines count from 1, the last is included."""

    name: str
    first: int
    last: int
    references: frozenset[str]
    words: frozenset[str]
    is_fixed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One statement at top level: what it binds, where it stands, and what it needs.

    `references` and `words` are those of the statement without its members. `bases` are the names
    of a class's bases as they are written; None if the statement is no class.
    """

    module: str
    names: tuple[str, ...]
    first: int
    last: int
    references: frozenset[str]
    words: frozenset[str]
    bases: tuple[str, ...] | None
    members: tuple[Member, ...]
    n_fixed_statements: int


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A module of pieces. `uses` are the modules of pieces that it imports while it is imported."""

    name: str
    lines: tuple[str, ...]
    docstring: str
    imports: tuple[Imported, ...]
    uses: tuple[str, ...]
    definitions: tuple[Definition, ...]
    dropped_lines: frozenset[int]


def runtime_modules() -> list[str]:
    """The names of the core's modules, sorted."""
    folder = _folder(RUNTIME)
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".py"))
    return [f"{RUNTIME}.{name.removesuffix('.py')}" for name in names if name != "__init__.py"]


@cache
def read_module(name: str) -> Module:
    """Read and parse one module of pieces, by its dotted name."""
    package, _, stem = name.rpartition(".")
    return parse_module(name, (_folder(package) / f"{stem}.py").read_text(encoding="utf-8"))


def parse_module(name: str, text: str) -> Module:
    """The pieces in a module's text."""
    lines = tuple(text.split("\n"))
    tree = ast.parse(text)
    imports = tuple(_imports(tree.body, for_types=False))
    uses = tuple(
        node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module
    )
    dropped = (line for node in ast.walk(tree) for line in _lines_of_piece_import(node))
    return Module(
        name,
        lines,
        ast.get_docstring(tree) or "",
        imports,
        tuple(sorted(set(filter(is_piece, uses)))),
        tuple(_definitions(name, tree.body, lines)),
        frozenset(dropped),
    )


def _folder(package: str) -> Traversable:
    """A package's folder; only Penna's own root package is imported to find it."""
    root, *parts = package.split(".")
    return files(root).joinpath(*parts)


def _lines_of_piece_import(node: ast.AST) -> Iterator[int]:
    if isinstance(node, ast.ImportFrom) and is_piece(node.module):
        yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _imports(body: Sequence[ast.stmt], *, for_types: bool) -> Iterator[Imported]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                yield Imported("", alias.name, bound, for_types)
        elif isinstance(node, ast.ImportFrom):
            if not is_piece(node.module) and node.module != "__future__":
                assert node.level == 0, "pieces import by absolute names"
                for alias in node.names:
                    bound = alias.asname or alias.name
                    yield Imported(node.module or "", alias.name, bound, for_types)
        elif _is_type_checking(node):
            yield from _imports(node.body, for_types=True)


def _is_type_checking(node: ast.stmt) -> TypeGuard[ast.If]:
    if not isinstance(node, ast.If) or node.orelse:
        return False
    only_imports = all(isinstance(child, ast.Import | ast.ImportFrom) for child in node.body)
    return only_imports and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _definitions(
    module: str, body: Sequence[ast.stmt], lines: tuple[str, ...]
) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_type_checking(node):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        first, last = _extent(node, lines)
        members = tuple(_members(node, lines)) if isinstance(node, ast.ClassDef) else ()
        fixed = [_without_members(node)]
        yield Definition(
            module,
            tuple(sorted(bound_names([node]) or _targets(node))),
            first,
            last,
            free_names(fixed),
            words(fixed),
            _bases(node),
            members,
            len(node.body) - len(members) if isinstance(node, ast.ClassDef) else 1,
        )


def _targets(node: ast.stmt) -> set[str]:
    """What `Class.attribute = value` or `handler.configure()` is about, and goes with."""
    if isinstance(node, ast.Assign):
        parts = [part for target in node.targets for part in ast.walk(target)]
    else:
        assert isinstance(node, ast.Expr), f"line {node.lineno}: a statement that is no piece"
        called = node.value.func if isinstance(node.value, ast.Call) else node.value
        parts = list(ast.walk(called))
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _bases(node: ast.stmt) -> tuple[str, ...] | None:
    if not isinstance(node, ast.ClassDef):
        return None
    return tuple(ast.unparse(_without_parameters(base)) for base in node.bases)


def _without_parameters(base: ast.expr) -> ast.expr:
    return base.value if isinstance(base, ast.Subscript) else base


def _without_members(node: ast.stmt) -> ast.stmt:
    if not isinstance(node, ast.ClassDef):
        return node
    fixed = [child for child in node.body if _member_name(child) is None]
    return ast.ClassDef(node.name, node.bases, node.keywords, fixed, node.decorator_list)


def _members(node: ast.ClassDef, lines: tuple[str, ...]) -> Iterator[Member]:
    own = bound_names(node.body)
    for child in node.body:
        name = _member_name(child)
        if name is not None:
            first, last = _extent(child, lines)
            called = any(CALLED_BY in line for line in lines[first - 1 : child.lineno])
            references = _references_of_member(child, own)
            is_fixed = _is_dunder(name) or called
            yield Member(name, first, last, references, words([child]), is_fixed)


def _references_of_member(node: ast.stmt, own: frozenset[str]) -> frozenset[str]:
    """Decorators see the class's own names (`@size.setter`), a function's body does not."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return free_names([node]) - own
    outside = free_names(node.decorator_list) - own
    bare = ast.FunctionDef(node.name, node.args, node.body, [], node.returns)
    return outside | free_names([bare])


def _member_name(node: ast.stmt) -> str | None:
    """A function's name; the new name in `new = old`; None for what always stays."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Name | ast.Attribute):
            return None if _is_dunder(target.id) else target.id
    return None


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _extent(node: ast.stmt, lines: tuple[str, ...]) -> tuple[int, int]:
    """First and last line, with decorators, and comments that stand directly above."""
    first = node.lineno
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        first = min([first, *(decorator.lineno for decorator in node.decorator_list)])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return first, node.end_lineno or node.lineno
