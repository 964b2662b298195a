"""The house rules of imports: one way, and each library in one place.

A module that is missing from the table fails, so that a new one gets its place on purpose.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "lsp_server"

# A module imports from lower tiers only. Beside that, what ALLOWED lists.
TIERS = {
    "text": 0,
    "languages": 0,
    "syntax": 10,
    "streaming_diff": 10,
    "page": 10,
    "project": 20,
    "trust": 20,
    "prompt": 20,
    "prompts": 20,
    "reply": 20,
    "writer": 30,
    "checks": 30,
    "actions": 30,
    "migrate": 30,
    "model": 30,
    "outcome": 40,
    "policy": 40,
    "filling": 41,
    "job": 42,
    "file_page": 45,
    "file_desk": 46,
    "lsp": 50,
    "cli": 50,
    "__main__": 60,
}
FREE = {"errors", "settings", "__version__"}
APART = {"host", "bench"}
ALLOWED = {
    ("actions", "checks"),
    ("actions", "migrate"),
    ("migrate", "checks"),
    ("cli", "lsp"),
    ("cli", "host"),
    ("cli", "bench"),
    ("bench", "host"),
    ("bench", "model"),
}
LIBRARIES = {
    "pygls": "lsp/",
    "lsprotocol": "lsp/",
    "llama_cpp": "host/engine/",
    "tree_sitter": "syntax/",
    "libcst": "migrate/",
}
NEVER = {("actions", "model"), ("actions", "job"), ("actions", "lsp")}


def test_every_module_has_a_place_in_the_table() -> None:
    known = TIERS.keys() | FREE | APART | {"__init__"}
    assert {part(path) for path in modules()} - known == set()


def test_imports_point_one_way() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in modules()
        for name in imports(path)
        if name.startswith("lsp_server.") and not is_allowed(part(path), name.split(".")[1])
    ]
    assert wrong == []


def test_a_library_is_known_in_one_place_only() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in modules()
        for name in imports(path)
        for library, home in LIBRARIES.items()
        if name.split(".")[0].startswith(library) and not is_home(path, home)
    ]
    assert wrong == []


def test_actions_know_no_model_no_job_and_no_editor() -> None:
    assert all(not is_allowed(here, there) for here, there in NEVER)


def test_the_host_stands_alone() -> None:
    others = TIERS.keys() - {"cli"}
    assert not any(is_allowed("host", there) for there in {*TIERS, "bench"})
    assert not any(is_allowed(here, "host") for here in others)


def test_the_bench_stands_on_host_and_model_and_nobody_but_a_command_on_it() -> None:
    assert {there for there in {*TIERS, "host"} if is_allowed("bench", there)} == {"host", "model"}
    assert {here for here in {*TIERS, "host"} if is_allowed(here, "bench")} == {"cli"}


def test_the_rules_see_an_import_inside_a_function_and_one_for_types_only() -> None:
    text = "def f():\n    from lsp_server import job\nif TYPE_CHECKING:\n    import pygls.server\n"
    assert list(imported(ast.parse(text), "lsp_server.text")) == ["lsp_server.job", "pygls.server"]


def test_the_rules_see_a_relative_import() -> None:
    tree = ast.parse("from ..model import client\nfrom . import uses")
    assert list(imported(tree, "lsp_server.syntax.trees")) == [
        "lsp_server.model.client",
        "lsp_server.syntax.uses",
    ]


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The first part of a module below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return imported(ast.parse(path.read_text("utf-8")), dotted)


def imported(tree: ast.Module, importing: str) -> Iterator[str]:
    """Full names, so that `from lsp_server import job` counts as `lsp_server.job`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = importing.split(".")[: -node.level] if node.level else []
            module = ".".join([*package, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_allowed(here: str, there: str) -> bool:
    if here == there or there in FREE or (here, there) in ALLOWED:
        return True
    if here not in TIERS or there not in TIERS:
        return False
    return TIERS[there] < TIERS[here]


def is_home(path: Path, home: str) -> bool:
    inside = path.relative_to(PACKAGE).as_posix()
    return inside.startswith(home) if home.endswith("/") else inside == home
