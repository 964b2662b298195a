"""Where a project's app is, when nobody says: FLASK_APP, then the usual modules, then any other.

Found by syntax alone. A module-level app wins over a factory, as its module calls the factory
with what it needs; an app that an object has, `server.app`, is looked for where there is neither.
The migrated app has the same place as the old one.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, TypeAlias, TypeGuard

from lsp_server.migrate.replay.apps import AppPlace

ENVIRONMENT_FILES: Final = (".flaskenv", ".env")
USUAL_MODULES: Final = ("wsgi", "app", "application", "main", "run", "server", "manage", "api")
CLASSES: Final = frozenset({"Flask", "App", "FastAPI"})
SERVED: Final = frozenset({"app", "application"})
# Not Django's `get_wsgi_application`.
FACTORIES: Final = re.compile(
    r"^(?!get_[aw]sgi_)(create|make|build|init|get)_?(\w*_)?app(lication)?$|^factory$"
)
TESTS: Final = re.compile(
    r"(^|/)(tests?|testing|docs?|examples?|migrations)/|(^|/)(test_|conftest)"
)

_Ranked: TypeAlias = tuple[tuple[int, int, str], AppPlace]


def find_app(files: Mapping[PurePosixPath, str]) -> AppPlace | None:
    """The likeliest place of the app; None where no file makes or calls for one."""
    return next(iter(find_apps(files)), None)


def find_apps(files: Mapping[PurePosixPath, str]) -> list[AppPlace]:
    """All places, likeliest first."""
    modules = [path for path in files if path.suffix == ".py" and not TESTS.search(str(path))]
    found = [place for path in modules if (place := _in_module(path, files[path]))]
    found = found or list(_held({path: files[path] for path in modules}))
    ranked = [place for _, place in sorted(found, key=lambda each: each[0])]
    named = _named(files)
    return [*([named] if named else []), *(place for place in ranked if place != named)]


def _named(files: Mapping[PurePosixPath, str]) -> AppPlace | None:
    """FLASK_APP as `flask run` would read it: `module`, `module:name`, `file.py`, `module:f()`."""
    for name in ENVIRONMENT_FILES:
        found = re.search(
            r"^\s*(?:export\s+)?FLASK_APP\s*=\s*[\"']?([^\s\"'#]+)",
            files.get(PurePosixPath(name), ""),
            re.MULTILINE,
        )
        if not found:
            continue
        module, _, attribute = found[1].partition(":")
        dotted = module.removesuffix(".py").removeprefix("./").replace("/", ".")
        return AppPlace(dotted, re.sub(r"\(.*", "", attribute) or None)
    return None


def _in_module(path: PurePosixPath, text: str) -> _Ranked | None:
    tree = _parsed(text) if "app" in text.lower() else None
    if tree is None:
        return None
    made = next(_made(tree), None) or (_passed_on(tree) if path.name == "wsgi.py" else None)
    factory = next((name for node in tree.body if (name := _factory(node))), None)
    name = made or factory
    if name is None:
        return None
    return _ranked(path, name, 0 if made else 1)


def _ranked(path: PurePosixPath, name: str, group: int) -> _Ranked:
    module, roots = dotted_name(path)
    usual = module.rpartition(".")[2]
    place = USUAL_MODULES.index(usual) if usual in USUAL_MODULES else len(USUAL_MODULES)
    return (group, place + 3 * len(path.parts), str(path)), AppPlace(module, name, roots)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _held(files: Mapping[PurePosixPath, str]) -> Iterator[_Ranked]:
    """Apps that an object has, `server.app`, in the modules that have the object."""
    trees = {path: tree for path, text in files.items() if (tree := _parsed(text))}
    classes = [node for tree in trees.values() for node in tree.body if _is_class(node)]
    attributes = {each.name: name for each in classes if (name := _attribute(each))}
    objects: dict[str, str] = {}
    for node in (node for tree in trees.values() for node in tree.body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            attribute = attributes.get(_called(node.value))
            if attribute:
                objects |= {each.id: attribute for each in node.targets if _is_name(each)}
    for path, tree in trees.items():
        for name in _top_names(tree) & objects.keys():
            yield _ranked(path, f"{name}.{objects[name]}", 2)


def _is_class(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    return isinstance(node, ast.ClassDef)


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _attribute(node: ast.ClassDef) -> str | None:
    """What the app of an object is called: `self.app = Flask(...)` in its class."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call):
            target = each.targets[0]
            if _called(each.value) in CLASSES and isinstance(target, ast.Attribute):
                return target.attr if ast.unparse(target.value) == "self" else None
    return None


def _top_names(tree: ast.Module) -> set[str]:
    """The names that a module binds by imports and plain assignments."""
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    names = {alias.name for node in imports for alias in node.names if alias.asname is None}
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    return names | {each.id for node in assigned for each in node.targets if _is_name(each)}


def _made(tree: ast.Module) -> Iterator[str]:
    """Names that the module binds to an app: `app = Flask(...)`, `app = create_app(...)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        name = _called(node.value)
        if name not in CLASSES and not FACTORIES.match(name):
            continue
        if any(node in ast.walk(f) for f in tree.body if isinstance(f, ast.FunctionDef)):
            continue
        if _is_guarded(tree, node):
            continue
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _passed_on(tree: ast.Module) -> str | None:
    """The app that a `wsgi.py` imports to have it served, with whatever it does to it."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = [alias.asname or alias.name for node in imports for alias in node.names]
    return next((name for name in names if name in SERVED), None)


def _is_guarded(tree: ast.Module, node: ast.AST) -> bool:
    """Whether it stands under `if __name__ == "__main__":`, where an import does not see it."""
    return any(
        isinstance(each, ast.If)
        and any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(each.test))
        and node in ast.walk(each)
        for each in tree.body
    )


def _factory(node: ast.stmt) -> str | None:
    """The name of a function that makes an app, or is named so, and returns something."""
    if not isinstance(node, ast.FunctionDef):
        return None
    calls = {getattr(n.func, "id", "") for n in ast.walk(node) if isinstance(n, ast.Call)}
    returns = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node))
    makes = bool(calls & CLASSES or FACTORIES.match(node.name))
    return node.name if makes and returns else None


def dotted_name(path: PurePosixPath) -> tuple[str, tuple[str, ...]]:
    """The module's name, and the folders beside the root that imports start from (`src`)."""
    parts = list(path.with_suffix("").parts)
    roots: tuple[str, ...] = ()
    if parts[0] in {"src", "lib"} and len(parts) > 1:
        roots, parts = (parts[0],), parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts), roots


def import_roots(place: AppPlace, files: Mapping[PurePosixPath, str]) -> AppPlace:
    """The place with the folder of an app that lies in a subfolder which is no package."""
    parts = place.module.split(".")
    for depth in range(len(parts) - 1, 0, -1):
        folder = PurePosixPath(*place.path, *parts[:depth])
        if folder / "__init__.py" not in files:
            rest = ".".join(parts[depth:])
            return AppPlace(rest, place.name, (*place.path, str(folder)))
    return place
