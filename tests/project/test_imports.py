"""Module names, as tests of the project would import them."""

from pathlib import Path

import pytest

from lsp_server.project.imports import absolute_name, is_ours, module_file, module_name
from lsp_server.project.workspace import Project
from tests.project.tree import project

SETUPTOOLS = '[tool.setuptools]\npackage-dir = {"" = "code"}\n'
FIND = '[tool.setuptools.packages.find]\nwhere = ["code"]\n'
PYTEST = '[tool.pytest.ini_options]\npythonpath = ["code", "."]\n'
POETRY = '[[tool.poetry.packages]]\ninclude = "pkg"\nfrom = "code"\n'


@pytest.mark.parametrize(
    ("files", "path", "name"),
    [
        (("pkg/__init__.py", "pkg/a.py"), "pkg/a.py", "pkg.a"),
        (("pkg/__init__.py",), "pkg/__init__.py", "pkg"),
        (("src/pkg/__init__.py", "src/pkg/a.py"), "src/pkg/a.py", "pkg.a"),
        (("src/pkg/a.py",), "src/pkg/a.py", "pkg.a"),
        (("src/a.py",), "src/a.py", "a"),
        (("a.py",), "a.py", "a"),
        (("ns/a.py",), "ns/a.py", "ns.a"),
        (("ns/pkg/__init__.py", "ns/pkg/a.py"), "ns/pkg/a.py", "ns.pkg.a"),
        (("src/__init__.py", "src/a.py"), "src/a.py", "src.a"),
        (("a-b/c.py",), "a-b/c.py", ""),
        (("a.b.py",), "a.b.py", ""),
        (("包/模块.py",), "包/模块.py", "包.模块"),
    ],
)
def test_a_file_is_imported_by_its_package(
    tmp_path: Path, files: tuple[str, ...], path: str, name: str
) -> None:
    found = project(tmp_path, dict.fromkeys(files, ""))
    assert module_name(found, tmp_path / path) == module_name(found, Path(path)) == name


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ("pyproject.toml", SETUPTOOLS),
        ("pyproject.toml", FIND),
        ("pyproject.toml", PYTEST),
        ("pyproject.toml", POETRY),
        ("setup.cfg", "[options]\npackage_dir =\n    = code\n"),
        ("setup.cfg", "[options]\npackage_dir = =code\n"),
        ("setup.py", "setup(package_dir={'': 'code'})\n"),
    ],
)
def test_the_build_configuration_names_the_source_folder(
    tmp_path: Path, config: str, text: str
) -> None:
    found = project(tmp_path, {config: text, "code/ns/a.py": ""})
    assert module_name(found, tmp_path / "code/ns/a.py") == "ns.a"


@pytest.mark.parametrize("text", ["[", "tool = 1", "[tool.setuptools]\npackage-dir = 1\n"])
def test_a_broken_configuration_is_as_none(tmp_path: Path, text: str) -> None:
    found = project(tmp_path, {"pyproject.toml": text, "a.py": ""})
    assert module_name(found, tmp_path / "a.py") == "a"


def test_a_source_folder_out_of_the_workspace_is_not_used(tmp_path: Path) -> None:
    found = project(
        tmp_path / "w", {"pyproject.toml": SETUPTOOLS.replace("code", ".."), "a.py": ""}
    )
    assert module_name(found, tmp_path / "w/a.py") == "a"
    assert module_name(found, tmp_path / "other.py") == ""


def test_a_changed_configuration_is_read_again(tmp_path: Path) -> None:
    found = project(tmp_path, {"code/ns/a.py": ""})
    assert module_name(found, tmp_path / "code/ns/a.py") == "code.ns.a"
    (tmp_path / "pyproject.toml").write_text(SETUPTOOLS)
    assert module_name(found, tmp_path / "code/ns/a.py") == "ns.a"


def test_a_dotted_name_leads_back_to_its_file(tmp_path: Path) -> None:
    found = project(tmp_path, {"src/pkg/__init__.py": "", "src/pkg/a.py": "", "tests/t.py": ""})
    root = tmp_path.resolve()
    assert module_file(found, "pkg.a") == root / "src/pkg/a.py"
    assert module_file(found, "pkg") == root / "src/pkg/__init__.py"
    assert module_file(found, "tests.t") == root / "tests/t.py"
    assert module_file(found, "pkg.b") is None
    assert module_file(found, "") is None
    assert [is_ours(found, name) for name in ("pkg.b", "tests", "os", "")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_relative_import_is_made_absolute(tmp_path: Path) -> None:
    found = project(tmp_path, {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/a.py": ""})
    inside, package = tmp_path / "p/q/a.py", tmp_path / "p/q/__init__.py"
    assert absolute_name(found, inside, 1, "b") == "p.q.b"
    assert absolute_name(found, inside, 2, "") == "p"
    assert absolute_name(found, package, 1, "a") == "p.q.a"
    assert absolute_name(found, inside, 0, "os.path") == "os.path"


def test_without_a_workspace_nothing_has_a_name() -> None:
    assert module_name(Project(None), Path("/a.py")) == ""
    assert module_file(Project(None), "a") is None
