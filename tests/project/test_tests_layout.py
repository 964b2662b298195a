"""Where the test of a file belongs."""

from pathlib import Path

import pytest

from lsp_server.project.tests_layout import import_line
from lsp_server.project.tests_layout import test_file as place_of
from tests.project.tree import project


@pytest.mark.parametrize(
    ("files", "source", "place", "module"),
    [
        ("pkg/__init__.py pkg/a.py", "pkg/a.py", "tests/test_a.py", "pkg.a"),
        ("src/pkg/__init__.py src/pkg/a.py", "src/pkg/a.py", "tests/test_a.py", "pkg.a"),
        ("a.py tests/test_a.py", "a.py", "tests/test_a.py", "a"),
        ("a.py test/test_b.py", "a.py", "test/test_a.py", "a"),
        ("a.py tests/b_test.py", "a.py", "tests/a_test.py", "a"),
        ("a.py test_b.py", "a.py", "test_a.py", "a"),
        ("p/__init__.py p/q/a.py tests/q/test_b.py", "p/q/a.py", "tests/q/test_a.py", "p.q.a"),
        ("p/__init__.py p/_a.py tests/test_b.py", "p/_a.py", "tests/test_a.py", "p._a"),
        ("p/__init__.py tests/test_b.py", "p/__init__.py", "tests/test_p.py", "p"),
        (
            "p/__init__.py p/tests/__init__.py p/tests/test_b.py p/a.py",
            "p/a.py", "p/tests/test_a.py", "p.a",
        ),
        (
            "x/a.py y/a.py x/tests/test_a.py y/tests/test_a.py",
            "y/a.py", "y/tests/test_a.py", "y.a",
        ),
        ("tests/test_a.py a.py", "tests/test_a.py", "tests/test_a.py", "tests.test_a"),
    ],
)  # fmt: skip
def test_a_python_test_stands_where_the_project_keeps_them(
    tmp_path: Path, files: str, source: str, place: str, module: str
) -> None:
    found = place_of(project(tmp_path, dict.fromkeys(files.split(), "")), tmp_path / source)
    assert found is not None
    assert found.path.relative_to(tmp_path.resolve()).as_posix() == place
    assert found.module == module


@pytest.mark.parametrize(
    ("test", "framework"),
    [
        ("import pytest\n", "pytest"),
        ("def test_a(): ...\n", "pytest"),
        ("import unittest\nclass A(unittest.TestCase): ...\n", "unittest"),
        ("import pytest\nimport unittest\nclass A(unittest.TestCase): ...\n", "pytest"),
    ],
)
def test_the_framework_is_the_one_that_the_tests_use(
    tmp_path: Path, test: str, framework: str
) -> None:
    found = place_of(project(tmp_path, {"a.py": "", "tests/test_b.py": test}), tmp_path / "a.py")
    assert found is not None
    assert found.framework == framework


def test_an_existing_test_file_comes_with_its_text(tmp_path: Path) -> None:
    files = {"a.py": "", "tests/test_a.py": "import pytest\n"}
    found = place_of(project(tmp_path, files), tmp_path / "a.py")
    assert found is not None
    assert found.text == "import pytest\n"
    assert import_line(found, ["f", "g"]) == "from a import f, g"


@pytest.mark.parametrize(
    ("files", "source", "place", "line"),
    [
        ("src/a.ts", "src/a.ts", "src/a.test.ts", 'import { f } from "./a";'),
        ("src/a.ts src/b.spec.ts", "src/a.ts", "src/a.spec.ts", 'import { f } from "./a";'),
        (
            "src/a.tsx tests/b.test.tsx", "src/a.tsx", "tests/a.test.tsx",
            'import { f } from "../src/a";',
        ),
        (
            "src/a.js src/__tests__/b.test.js", "src/a.js", "src/__tests__/a.test.js",
            'import { f } from "../a";',
        ),
        ("a.mjs a.test.js", "a.mjs", "a.test.js", 'import { f } from "./a.mjs";'),
        ("p/a.go", "p/a.go", "p/a_test.go", ""),
        ("src/a.rs", "src/a.rs", "src/a.rs", "use super::*;"),
        (
            "src/main/java/x/A.java", "src/main/java/x/A.java", "src/test/java/x/ATest.java",
            "import x.A;",
        ),
    ],
)  # fmt: skip
def test_other_languages_have_their_own_places(
    tmp_path: Path, files: str, source: str, place: str, line: str
) -> None:
    texts = {".java": "package x;\nclass A {}\n", ".go": "package p\n"}
    written = {name: texts.get(Path(name).suffix, "") for name in files.split()}
    found = place_of(project(tmp_path, written), tmp_path / source)
    assert found is not None
    assert found.path.relative_to(tmp_path.resolve()).as_posix() == place
    assert import_line(found, ["f"]) == line
    assert found.is_inline == (found.framework == "rust")


@pytest.mark.parametrize(
    ("name", "text", "source", "framework"),
    [
        ("package.json", '{"devDependencies": {"vitest": "1"}}', "a.ts", "vitest"),
        ("package.json", '{"devDependencies": {"jest": "1"}}', "a.ts", "jest"),
        ("package.json", '{"scripts": {"test": "node --test"}}', "a.js", "node"),
        ("README", "", "a.js", "vitest"),
        ("pom.xml", "<artifactId>junit</artifactId>", "A.java", "junit4"),
        ("pom.xml", "<artifactId>junit-jupiter</artifactId>", "A.java", "junit5"),
    ],
)
def test_the_framework_is_named_by_the_build(
    tmp_path: Path, name: str, text: str, source: str, framework: str
) -> None:
    found = place_of(project(tmp_path, {name: text, source: ""}), tmp_path / source)
    assert found is not None
    assert found.framework == framework


def test_a_language_without_tests_and_a_file_outside_have_no_place(tmp_path: Path) -> None:
    found = project(tmp_path / "w", {"a.css": ""})
    assert place_of(found, tmp_path / "w/a.css") is None
    assert place_of(found, tmp_path / "b.py") is None
