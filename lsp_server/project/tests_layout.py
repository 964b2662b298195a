"""Where the test of a source file belongs, as the project keeps its tests.

An existing test file wins: the one with the usual name that is nearest. Else the place is told by
the tests that are there (a folder that mirrors the package, a flat folder, beside the source),
and in a project without tests by what its language does. Nothing is written.
"""

import os.path
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from lsp_server.project.imports import module_name, source_root
from lsp_server.project.workspace import Project

MAX_FILES = 4_000
SCRIPT_SUFFIXES = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"})
GO_PACKAGE = re.compile(r"^package\s+(\w+)", re.M)
JAVA_PACKAGE = re.compile(r"^package\s+([\w.]+)\s*;", re.M)
UNITTEST = re.compile(r"^\s*(?:import unittest|from unittest import)", re.M)


@dataclass(frozen=True, slots=True)
class TestLayout:
    """The place of a test.

    `framework` is pytest, unittest, vitest, jest, mocha, node, go, rust, junit4, junit5. `module`
    is what an import names (`pkg.mod`, `../src/mod`), "" if it cannot be imported. `text` is what
    `path` holds now, "" if it does not exist. `is_inline` is true where tests stand in the source
    file itself (Rust).
    """

    __test__ = False

    path: Path
    framework: str
    module: str
    text: str = ""
    is_inline: bool = False


def test_file(project: Project, path: Path) -> TestLayout | None:
    """The place for a source file inside the workspace; None for a language without one."""
    real = project.resolved(path)
    if real is None or project.root is None:
        return None
    if real.suffix in {".py", ".pyi"}:
        return _python(project, real)
    if real.suffix in SCRIPT_SUFFIXES:
        return _script(project, real)
    place = {".go": _go, ".rs": _rust, ".java": _java}.get(real.suffix)
    return place(project, real) if place else None


def import_line(layout: TestLayout, names: Sequence[str]) -> str:
    """The line of a test file that imports `names` from the source; "" where none is needed."""
    suffix, listed = layout.path.suffix, ", ".join(names)
    if suffix == ".py":
        return f"from {layout.module} import {listed}" if layout.module else ""
    if suffix in SCRIPT_SUFFIXES:
        return f'import {{ {listed} }} from "{layout.module}";'
    return {".rs": "use super::*;", ".java": f"import {layout.module};"}.get(suffix, "")


def is_test(path: PurePath) -> bool:
    """Whether a file is itself a test, by its name."""
    stem = path.name.split(".")[0]
    if path.suffix == ".py":
        return stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"
    if path.suffix in SCRIPT_SUFFIXES:
        return bool(re.search(r"\.(?:test|spec)\.", path.name)) or "__tests__" in path.parts
    return stem.endswith(("_test", "Test", "Tests", "IT"))


def _python(project: Project, path: Path) -> TestLayout:
    module = module_name(project, path)
    tests = [each for each in project.files(".py", MAX_FILES) if is_test(each)]
    tests = [each for each in tests if each.name != "conftest.py"]
    found = path if is_test(path) else _existing_python(path, tests)
    place = found or _new_python(project, path, tests)
    text = project.read(place) or ""
    return TestLayout(place, _python_framework(project, text, tests), module, text)


def _existing_python(path: Path, tests: list[Path]) -> Path | None:
    names = {f"test_{path.stem.lstrip('_')}.py", f"test_{path.stem}.py", f"{path.stem}_test.py"}
    if path.stem == "__init__":
        names = {f"test_{path.parent.name}.py", "test_init.py", f"{path.parent.name}_test.py"}
    return max((each for each in tests if each.name in names), key=_nearness(path), default=None)


def _nearness(path: Path) -> Callable[[Path], tuple[int, int]]:
    """How many folder names a test shares with the source, then how shallow it is."""

    def key(test: Path) -> tuple[int, int]:
        shared = set(path.parent.parts) & set(test.parent.parts)
        return len(shared), -len(test.parts)

    return key


def _new_python(project: Project, path: Path, tests: list[Path]) -> Path:
    assert project.root is not None, "a resolved path has a root"
    root = project.root.resolve()
    stem = path.parent.name if path.stem == "__init__" else path.stem.lstrip("_") or path.stem
    ends = sum(each.stem.endswith("_test") for each in tests)
    name = f"{stem}_test.py" if ends * 2 > len(tests) else f"test_{stem}.py"
    if any(each.parent == path.parent for each in tests):
        return path.parent / name
    folder = _tests_folder(root, path, tests)
    inner = path.relative_to(source_root(project, path)).parent
    for mirrored in (folder / inner, folder / Path(*inner.parts[1:])):
        if mirrored != folder and mirrored.is_dir():
            return mirrored / name
    return folder / name


def _tests_folder(root: Path, path: Path, tests: list[Path]) -> Path:
    """The topmost folder called test or tests that is nearest; `tests` if there is none."""
    folders = {_topmost(root, each) for each in tests}
    found = [each for each in folders if each is not None]
    found += [root / name for name in ("tests", "test") if (root / name).is_dir()]
    return max(found, key=_nearness(path), default=root / "tests")


def _topmost(root: Path, test: Path) -> Path | None:
    parts = test.relative_to(root).parts[:-1]
    for at, part in enumerate(parts):
        if part in {"test", "tests", "testing"}:
            return root.joinpath(*parts[: at + 1])
    return None


def _python_framework(project: Project, text: str, tests: list[Path]) -> str:
    """pytest runs both; unittest only where the project's tests are written in it alone."""
    if text:
        return "unittest" if _is_unittest(text) else "pytest"
    samples = [project.read(each) or "" for each in tests[:5]]
    written = [each for each in samples if each]
    return "unittest" if written and all(map(_is_unittest, written)) else "pytest"


def _is_unittest(text: str) -> bool:
    return bool(UNITTEST.search(text)) and "import pytest" not in text and "TestCase" in text


def _script(project: Project, path: Path) -> TestLayout:
    suffix = path.suffix
    stem = path.name.removesuffix(suffix)
    every = [each for end in {suffix, ".js", ".ts"} for each in project.files(end, MAX_FILES)]
    tests = sorted(each for each in every if is_test(each))
    names = {f"{stem}.{word}{end}" for word in ("test", "spec") for end in SCRIPT_SUFFIXES}
    found = [each for each in tests if each.name in names]
    place = path if is_test(path) else max(found, key=_nearness(path), default=None)
    place = place or _new_script(project, path, stem, tests)
    module = _relative_module(path, place)
    return TestLayout(place, _script_framework(project), module, project.read(place) or "")


def _new_script(project: Project, path: Path, stem: str, tests: list[Path]) -> Path:
    assert project.root is not None, "a resolved path has a root"
    specs = sum(".spec." in each.name for each in tests)
    name = f"{stem}.{'spec' if specs * 2 > len(tests) else 'test'}{path.suffix}"
    if any(each.parent.name == "__tests__" for each in tests):
        return path.parent / "__tests__" / name
    root = project.root.resolve()
    folders = {_topmost(root, each) for each in tests} - {None}
    beside = not tests or any(each.parent == path.parent for each in tests)
    if not beside and folders:
        return sorted(each for each in folders if each)[0] / name
    return path.parent / name


def _relative_module(path: Path, test: Path) -> str:
    suffix = "" if path.suffix in {".ts", ".tsx", ".js", ".jsx"} else path.suffix
    target = PurePath(os.path.relpath(path.with_name(path.stem + suffix), test.parent)).as_posix()
    return target if target.startswith(".") else f"./{target}"


def _script_framework(project: Project) -> str:
    package = project.read(Path("package.json")) or ""
    for name in ("vitest", "jest", "mocha"):
        if f'"{name}"' in package or f"{name} " in package:
            return name
    return "node" if "node --test" in package else "vitest"


def _go(project: Project, path: Path) -> TestLayout:
    place = path if is_test(path) else path.with_name(f"{path.stem}_test.go")
    package = GO_PACKAGE.search(project.read(path) or "")
    name = package[1] if package else path.parent.name
    return TestLayout(place, "go", name, project.read(place) or "")


def _rust(project: Project, path: Path) -> TestLayout:
    """Unit tests stand in a `tests` module at the end of the file."""
    return TestLayout(path, "rust", "super", project.read(path) or "", True)


def _java(project: Project, path: Path) -> TestLayout:
    text = project.read(path) or ""
    package = JAVA_PACKAGE.search(text)
    parts = list(path.parts)
    if "main" in parts and not is_test(path):
        parts[len(parts) - 1 - parts[::-1].index("main")] = "test"
    place = path if is_test(path) else Path(*parts).with_name(f"{path.stem}Test.java")
    name = f"{package[1]}.{path.stem}" if package else path.stem
    return TestLayout(place, _junit(project), name, project.read(place) or "")


def _junit(project: Project) -> str:
    builds = [project.read(Path(name)) or "" for name in ("pom.xml", "build.gradle")]
    is_old = any("junit:junit" in each or "<artifactId>junit</" in each for each in builds)
    return "junit4" if is_old else "junit5"
