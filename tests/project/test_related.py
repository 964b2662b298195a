"""Definitions that a selection uses."""

from pathlib import Path

import pytest

from lsp_server.project.related import path_of, related
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot, Span
from tests.project.tree import project

MAIN = """\
from pkg.shapes import Circle, area as measure
from pkg import tools
import pkg.numbers as numbers
from . import sibling

LIMIT = 3

def helper(x: int) -> int:
    \"\"\"Helps.\"\"\"
    return x

class Main:
    def run(self):
        circle = Circle(1)
        return helper(helper(self.other(circle))) + measure(circle) + tools.cut(1) + numbers.two()

    def other(self, circle):
        return 1
"""
FILES = {
    "src/pkg/__init__.py": "",
    "src/pkg/main.py": MAIN,
    "src/pkg/shapes.py": (
        'class Circle:\n    """Round."""\n    def __init__(self, r): ...\n    def grow(self): ...\n'
        "def area(shape):\n    return 1\ndef unused(): ...\n"
    ),
    "src/pkg/tools.py": "def cut(n):\n    # secret body\n    return n\ndef glue(): ...\n",
    "src/pkg/numbers.py": "def two(): return 2\n",
    "src/pkg/sibling.py": "def s(): ...\n",
}


def of(root: Path, name: str, marked: str, n_chars: int = 10_000) -> str:
    path = root / name
    text = path.read_text("utf-8")
    start = text.index(marked)
    language = {".py": "python", ".ts": "typescript", ".go": "go"}[path.suffix]
    snapshot = Snapshot(path.as_uri(), 1, language, text)
    end = text.find("\n\n", start)
    return related(Project(root), snapshot, Span(start, end if end > 0 else len(text)), n_chars)


def test_python_shows_what_is_used_most_used_first(tmp_path: Path) -> None:
    project(tmp_path, FILES)
    assert of(tmp_path, "src/pkg/main.py", "def run") == (
        'def helper(x: int) -> int:\n    """Helps."""\n\n'
        "def other(self, circle):\n\n"
        '# src/pkg/shapes.py\nclass Circle:\n    """Round."""\n    def __init__(self, r):\n'
        "    def grow(self):\n\n"
        "# src/pkg/shapes.py\ndef area(shape):\n\n"
        "# src/pkg/tools.py\ndef cut(n):\n\n"
        "# src/pkg/numbers.py\ndef two():"
    )


@pytest.mark.parametrize("n_chars", [0, 10, 60, 100, 200])
def test_the_budget_is_kept_and_nothing_is_cut_in_two(tmp_path: Path, n_chars: int) -> None:
    project(tmp_path, FILES)
    found = of(tmp_path, "src/pkg/main.py", "def run", n_chars)
    assert len(found) <= n_chars
    whole = of(tmp_path, "src/pkg/main.py", "def run")
    assert all(piece in whole for piece in found.split("\n\n"))


def test_typescript_follows_relative_imports(tmp_path: Path) -> None:
    files = {
        "a.ts": 'import { f as g, type T } from "./lib/b.js";\nimport x from "y";\n\ng({} as T);\n',
        "lib/b.ts": "/** Does. */\nexport function f(a: T): void {}\nexport interface T {}\n",
    }
    project(tmp_path, files)
    assert of(tmp_path, "a.ts", "g({}") == (
        "// lib/b.ts\n/** Does. */\nexport function f(a: T): void\n\n"
        "// lib/b.ts\nexport interface T"
    )


def test_go_sees_the_other_files_of_its_package(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "p/a.go": "package p\n\nfunc A() { B() }\n",
            "p/b.go": "package p\n\n// B.\nfunc B() {}\n",
        },
    )
    assert of(tmp_path, "p/a.go", "func A") == "// p/b.go\n// B.\nfunc B()"


def test_a_file_outside_the_workspace_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret.ts").write_text("export function s() {}\n")
    project(tmp_path / "w", {"a.ts": 'import { s } from "../secret";\n\ns();\n'})
    assert of(tmp_path / "w", "a.ts", "s();") == ""


def test_a_document_that_is_no_file_has_its_own_definitions_only() -> None:
    text = "def f(): ...\n\nf()\n"
    snapshot = Snapshot("untitled:1", 1, "python", text)
    assert related(Project(None), snapshot, Span(14, 17), 99) == "def f():"


def test_a_uri_is_a_path_with_its_escapes_undone() -> None:
    assert path_of("file:///a%20b/%E4%B8%AD.py") == Path("/a b/中.py")
    assert path_of("untitled:a") is None
