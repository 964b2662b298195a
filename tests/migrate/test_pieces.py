"""The modules that a project's helper is put together from keep to what that takes."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import lsp_server.migrate as migrate
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.profiles import PROFILES

ROOT = Path(migrate.__file__).parent
OURS = "lsp_server.migrate."
# What works with everything else, and is in a project only if its names are.
FORBIDDEN = ("flask", "lsp_server.migrate.flask_names", "lsp_server.errors", "libcst", "tomlkit")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


def pieces() -> list[Path]:
    runtime = sorted((ROOT / "runtime").glob("*.py"))
    profiles = sorted((ROOT / "profiles").glob("*/pieces*.py"))
    return [path for path in runtime if path.name != "__init__.py"] + profiles


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return "/".join(path.parts[-2:])


def definitions(path: Path) -> Iterator[str]:
    for node in tree(path).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def is_plain(node: ast.stmt) -> bool:
    """Whether a statement at top level defines something, or configures what was defined."""
    if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, (ast.Constant, ast.Call))
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


@pytest.mark.parametrize("path", pieces(), ids=named)
def test_a_piece_is_a_docstring_imports_and_definitions(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module), "says what it is"
    odd = [ast.unparse(node) for node in module.body if not is_plain(node)]
    assert odd == []


@pytest.mark.parametrize("path", pieces(), ids=named)
def test_a_piece_imports_other_pieces_by_full_name_without_alias(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith(OURS) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert all(alias.name != "*" for alias in node.names)
            if (node.module or "").startswith(OURS):
                assert node.module and node.module.startswith((f"{OURS}runtime", f"{OURS}profiles"))
                assert all(alias.asname is None for alias in node.names)


# What ties an app to the part of it that is still Flask is the one piece that may know Flask.
APART = [path for path in pieces() if path.name != "flask_beside.py"]


@pytest.mark.parametrize("path", APART, ids=named)
def test_a_piece_needs_nothing_of_flask(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    for name in imported:
        assert name not in FORBIDDEN and not name.startswith(("flask.", "flask_")), name


def test_no_name_is_defined_twice() -> None:
    homes: dict[str, list[str]] = {}
    for path in pieces():
        for name in set(definitions(path)):
            homes.setdefault(name, []).append(named(path))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


NEWER = {
    "datetime": {"UTC"},
    "typing": {"Self", "Never", "LiteralString", "assert_never", "Required", "NotRequired"},
    "enum": {"StrEnum"},
    "tomllib": {"loads", "load"},
    "asyncio": {"Runner", "TaskGroup", "timeout"},
    "contextlib": {"chdir"},
}


@pytest.mark.parametrize("path", pieces(), ids=named)
def test_a_piece_runs_on_python_3_10(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    module = tree(path)
    for node in module.body:
        if isinstance(node, ast.ImportFrom):
            newer = NEWER.get(node.module or "", set())
            assert not newer & {alias.name for alias in node.names}


@pytest.mark.parametrize("path", pieces(), ids=named)
def test_a_piece_runs_on_marshmallow_3(path: Path) -> None:
    """Its fields take no type in brackets, as those of marshmallow 4 do."""
    classes = (node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))
    generic = (base for each in classes for base in each.bases if isinstance(base, ast.Subscript))
    assert not [base for base in generic if ast.unparse(base).startswith("marshmallow")]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.distribution)
def test_an_error_has_the_name_that_it_had(profile: Profile) -> None:
    """Answers tell it: `type(error).__name__`, the specification of Flask-RESTX."""
    parts = [vars(importlib.import_module(piece)) for piece in profile.pieces]
    for full, name in profile.exports.items():
        found = next(part[name] for part in parts if name in part)
        if isinstance(found, type) and issubclass(found, Exception):
            assert found.__name__ == full.rpartition(".")[2]
