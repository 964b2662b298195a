"""A test file would be collected."""

from pathlib import Path

import pytest

from lsp_server.checks.collected import collected, collected_tests
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot


@pytest.fixture
def project(tmp_path: Path) -> Project:
    files = {
        "src/pkg/__init__.py": "from pkg.core import Core\nVERSION = '1'\n",
        "src/pkg/core.py": "import os\nclass Core: ...\ndef run(): ...\nif os.name:\n    X = 1\n",
        "src/pkg/lazy.py": "def __getattr__(name): ...\n",
        "src/pkg/sub/deep.py": "def deep(): ...\n",
        "tests/helpers.py": "def make(): ...\n",
        "tests/__init__.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project(tmp_path)


def check(project: Project, text: str, language: str = "python") -> str | None:
    assert project.root is not None
    path = project.root / "tests" / "test_core.py"
    return collected(project, path)(Snapshot(path.as_uri(), 1, language, ""), text)


TEST = "\ndef test_a():\n    assert True\n"


@pytest.mark.parametrize(
    "line",
    [
        "from pkg.core import Core, run, X",
        "from pkg import Core, VERSION, core",
        "import pkg.core",
        "from pkg.lazy import anything",
        "from pkg.sub import deep",
        "from pkg.sub.deep import deep",
        "import pytest, numpy, third_party.module",
        "from tests.helpers import make",
        "from .helpers import make",
        "from pkg.core import *",
        "",
    ],
)
def test_imports_that_are_there_pass(project: Project, line: str) -> None:
    assert check(project, line + TEST) is None


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("from pkg.core import Missing", "`Missing` from `pkg.core`"),
        ("from pkg import missing", "`missing` from `pkg`"),
        ("import pkg.missing", "`pkg.missing`"),
        ("from pkg.missing import x", "`pkg.missing`"),
        ("from .missing import make", "`tests.missing`"),
        ("from tests.helpers import nothing", "`nothing`"),
    ],
)
def test_an_import_of_what_is_not_there_is_told(project: Project, line: str, named: str) -> None:
    assert named in (check(project, line + TEST) or "")


@pytest.mark.parametrize(
    ("language", "text", "passes"),
    [
        ("python", "def helper(): ...\n", False),
        ("python", "def test_a(: ...\n", False),
        ("python", "class TestA:\n    def test_b(self): ...\n", True),
        ("python", "class TestA:\n    def __init__(self): ...\n    def test_b(self): ...\n", False),
        ("python", "import unittest\nclass A(unittest.TestCase):\n  def test_b(self): ...\n", True),
        ("python", "async def test_a(): ...\n", True),
        ("javascript", 'test("a", () => {});\n', True),
        ("typescript", 'describe("a", () => { it.each([1])("b", () => {}) })\n', True),
        ("javascript", "regex.test(x)\n", False),
        ("go", "package p\nfunc TestA(t *testing.T) {}\n", True),
        ("go", "package p\nfunc a() {}\n", False),
        ("rust", "#[cfg(test)]\nmod tests {\n #[tokio::test]\n async fn a() {}\n}\n", True),
        ("java", "class AT { @Test void a() {} }\n", True),
        ("java", "class AT { void a() {} }\n", False),
        ("ruby", "def test_a\nend\n", True),
    ],
)
def test_a_file_without_a_test_is_told(
    project: Project, language: str, text: str, passes: bool
) -> None:
    assert (check(project, text, language) is None) == passes


def test_the_tests_that_pytest_would_find_are_named() -> None:
    text = "def test_a(): ...\nclass TestB:\n    def test_c(self): ...\n    def d(self): ...\n"
    assert collected_tests(text) == ("test_a", "TestB.test_c")
    assert collected_tests("def (") == ()
