"""The types in a route's signature are such as FastAPI can read and send.

FastAPI looks at them when the module is imported, and one that it does not know keeps the whole app
from starting. Classes are looked up in the file and where it imports them from in the project; what
lies beyond passes.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from lsp_server.actions.idiom.result import native_function, parameters
from lsp_server.actions.idiom.route import Function, Route, imported_from_helper
from lsp_server.checks import python_tree
from lsp_server.project.imported import imported
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot

# Bases and decorators, by their last name, of classes that Pydantic knows what to do with.
DATA = frozenset(
    {"BaseModel", "RootModel", "BaseSettings", "SQLModel", "TypedDict", "NamedTuple", "Enum",
     "IntEnum", "StrEnum", "str", "int", "float", "dict", "list", "dataclass", "Protocol"}
)  # fmt: skip
INJECTED = frozenset({"Depends", "Security"})
HELPERS = (
    "`{name}` of the helper stands in the signature of `{route}`, where FastAPI does not know it: "
    "leave that type out, or take FastAPI's own."
)
NO_MODEL = (
    "`{name}` stands in the signature of `{route}` and is no Pydantic model: write one with the "
    "fields that are meant, or leave that type out."
)


def types_fit(
    route: Route, project: Project, path: Path | None
) -> Callable[[Snapshot, str], str | None]:
    """The check that every type in the signature is one that FastAPI knows."""

    def check(_: Snapshot, after: str) -> str | None:
        tree = python_tree.module(after)
        function = native_function(route, tree) if tree else None
        if tree is None or function is None:
            return None
        names = dict.fromkeys(_names(function))
        helper = imported_from_helper(tree)
        for name in names:
            if helper.get(name, "*") != "*":
                return HELPERS.format(name=name, route=route.name)
            if _is_data(name, tree) is False or _is_foreign(name, project, path, after):
                return NO_MODEL.format(name=name, route=route.name)
        return None

    return check


def _names(function: Function) -> Iterator[str]:
    """Of classes in the signature and in `response_model=`, those left out that are injected."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    bare: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    defaults = [*bare, *given.defaults, *given.kw_defaults]
    types = [
        each.annotation
        for each, default in zip(parameters(function), defaults, strict=True)
        if each.annotation is not None and not _injects(each.annotation, default)
    ]
    said = [
        keyword.value
        for each in function.decorator_list
        if isinstance(each, ast.Call)
        for keyword in each.keywords
        if keyword.arg == "response_model"
    ]
    for node in (*types, *said, *([function.returns] if function.returns else [])):
        yield from (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _injects(*nodes: ast.expr | None) -> bool:
    return any(
        isinstance(each, ast.Call) and ast.unparse(each.func).rpartition(".")[2] in INJECTED
        for node in nodes
        if node is not None
        for each in ast.walk(node)
    )


def _is_data(name: str, tree: ast.Module, seen: frozenset[str] = frozenset()) -> bool | None:
    """Whether a class of a module is one for Pydantic; None where the module does not define it."""
    found = next(
        (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == name), None
    )
    if found is None:
        return None
    marks = [ast.unparse(each).partition("(")[0] for each in (*found.bases, *found.decorator_list)]
    lasts = {mark.partition("[")[0].rpartition(".")[2] for mark in marks}
    if lasts & DATA:
        return True
    # A base from elsewhere may be one: only of what is seen to be none, or plain, is that said.
    known = [_is_data(each, tree, seen | {name}) for each in lasts - seen - {name}]
    if any(known):
        return True
    return None if None in known and not lasts & {"Model", "Base", "DeclarativeBase"} else False


def _is_foreign(name: str, project: Project, path: Path | None, text: str) -> bool:
    """Whether a class that the file imports from the project is seen to be none for Pydantic."""
    for each in imported(project, path, "python", text) if path else ():
        if each.name == name and each.original:
            source = project.read(each.file)
            tree = python_tree.module(source) if source else None
            return tree is not None and _is_data(each.original, tree) is False
    return False
