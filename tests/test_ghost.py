"""Drafted tests: they are collected, they import the real names, and user code is never run."""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_server.actions.ghost.annotations import Annotations, Unknown
from lsp_server.actions.ghost.draft import Source, draft, end_of_imports
from lsp_server.actions.ghost.effects import effects
from lsp_server.actions.ghost.evidence import inferred
from lsp_server.actions.ghost.names import names_of
from lsp_server.checks.names import unresolved
from lsp_server.errors import OfferError

MODULES = (
    "textwrap", "colorsys", "statistics", "fractions", "difflib", "string", "shlex", "calendar",
    "heapq", "base64", "quopri", "fnmatch", "graphlib", "secrets", "pprint", "locale", "ast",
    "inspect", "urllib.parse", "email.utils", "email.quoprimime", "gettext", "html", "cmd",
    "functools", "dataclasses",
)  # fmt: skip
PREAMBLE = """
import collections.abc
import datetime as dt
import typing as t
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, List, Literal, Optional
from somewhere import Other

Number = int | float
Loop = "Loop"
Twice = List["Number"]

class Point:
    def __init__(self, x: int, y: Number, label: str = "", *rest) -> None: ...

class Line:
    def __init__(self, a: Point, other: "Line") -> None: ...
"""


def written(code: str, existing: str = "") -> str:
    return draft(Source("pkg.mod", code), existing, "pytest")


def test_tests_of_real_modules_are_collected(tmp_path: Path) -> None:
    drafted = {}
    for module in MODULES:
        spec = importlib.util.find_spec(module)
        assert spec and spec.origin
        source = Source(module, Path(spec.origin).read_text("utf-8"))
        text = draft(source, "", "pytest")
        ast.parse(text)
        assert unresolved(text) == ()
        assert "nothing()" not in text
        drafted[module] = text
        (tmp_path / f"test_{module.replace('.', '_')}.py").write_text(text, "utf-8")
    n_tests = sum(len(re.findall(r"^def test_", text, re.M)) for text in drafted.values())
    found = _collected(tmp_path)
    assert len(drafted) >= 15
    assert len(found) == n_tests
    assert {name.split("::")[0] for name in found} == {
        f"test_{module.replace('.', '_')}.py" for module in MODULES
    }


def test_tests_in_the_style_of_unittest_are_collected(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("textwrap")
    assert spec and spec.origin
    source = Source("textwrap", Path(spec.origin).read_text("utf-8"))
    text = draft(source, "", "unittest")
    (tmp_path / "test_textwrap.py").write_text(text, "utf-8")
    assert len(_collected(tmp_path)) == text.count("unittest.TestCase)")


def _collected(folder: Path) -> list[str]:
    """What pytest collects in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        ".",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_the_users_code_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "__import__('pathlib').Path('was_run').touch()"
    code = f"""
{mark}

class Loud:
    {mark}
    def __init__(self, a: int = {mark}) -> None: ...

@({mark} or (lambda f: f))
def decorated(a: int): ...

def default(a: int, b=({mark} or 1)): ...

def annotated(a: ({mark} or int)): ...

def quoted(a: "{mark} or int"): ...

def plain(a: int) -> ({mark} or int): return a

def built(loud: Loud, alias: "Alias") -> None: ...

Alias = {mark} or int
"""
    (tmp_path / "mod.py").write_text(code, "utf-8")
    before = set(sys.modules)
    text = draft(Source("mod", code), "", "pytest")
    assert "test_fuzz_plain" in text
    assert "test_fuzz_default" in text
    assert [path.name for path in tmp_path.iterdir()] == ["mod.py"]
    assert "mod" not in set(sys.modules) - before


@pytest.mark.parametrize(
    "annotation, kind",
    [
        ("int", "<class 'int'>"),
        ("None", "None"),
        ("int | None", "typing.Optional[int]"),
        ("Optional[str]", "typing.Optional[str]"),
        ("t.Union[int, 'str']", "typing.Union[int, str]"),
        ("list[dict[str, bytes]]", "list[dict[str, bytes]]"),
        ("List[int]", "typing.List[int]"),
        ("tuple[int, ...]", "tuple[int, ...]"),
        ("collections.abc.Sequence[int]", "collections.abc.Sequence[int]"),
        ("dt.datetime", "<class 'datetime.datetime'>"),
        ("Decimal", "<class 'decimal.Decimal'>"),
        ("Path", "<class 'pathlib.Path'>"),
        ("Literal['a', 1]", "typing.Literal['a', 1]"),
        ("Annotated[int, 'positive']", "<class 'int'>"),
        ("Number", "typing.Union[int, float]"),
        ("Twice", "typing.List[typing.Union[int, float]]"),
        ("t.Callable[[int], str]", "typing.Callable[[int], str]"),
        ("Point", "<class 'stand.Point'>"),
    ],
)
def test_annotations_are_read_without_evaluating_them(annotation: str, kind: str) -> None:
    assert str(_read(annotation)) == kind


@pytest.mark.parametrize(
    "annotation",
    [
        "Any", "object", "Other", "Loop", "unknown", "list[Other]", "print('x')", "1", "int[str]",
        "t.TextIO", "lambda: int", "dt.datetime.now()", "Literal[int]", "'broken ['",
    ],
)  # fmt: skip
def test_what_is_not_in_the_table_is_unknown(annotation: str) -> None:
    with pytest.raises(Unknown):
        _read(annotation)


def _read(annotation: str) -> object:
    names = names_of(ast.parse(PREAMBLE), "mod")
    stand_in = type("Point", (), {"__module__": "stand"})
    node = ast.parse(annotation, mode="eval").body
    return Annotations(names, lambda _: stand_in).read(node)


def test_an_instance_is_built_where_its_constructor_can_be_read() -> None:
    text = written(
        f"{PREAMBLE}\ndef f(p: Point): ...\ndef g(line: Line): ...\ndef h(o: Other): ..."
    )
    assert "st.builds(Point, x=st.integers(), y=st.one_of(st.floats(), st.integers()))" in text or (
        "st.builds(Point, x=st.integers(), y=st.one_of(st.integers(), st.floats()))" in text
    )
    assert "from pkg.mod import Point" in text
    assert "# g: its parameters do not tell what to pass." in text
    assert "test_fuzz_h" not in text


@pytest.mark.parametrize(
    "body, call",
    [
        ("open(a)", "open"),
        ("import os; os.remove(a)", "os.remove"),
        ("import os as o; o.system(a)", "os.system"),
        ("from shutil import rmtree; rmtree(a)", "shutil.rmtree"),
        ("Path(a).unlink()", "….unlink"),
        ("helper(a)", "open"),
        ("import os; return os.path.join(a, 'b')", None),
        ("return a.upper()", None),
    ],
)
def test_functions_with_effects_are_told_by_their_calls(body: str, call: str | None) -> None:
    code = f"def helper(a):\n    open(a)\n\ndef f(a: str):\n    {body}\n"
    assert effects(names_of(ast.parse(code), "mod")).get("f") == call


@pytest.mark.parametrize(
    "body, kind",
    [
        ("return a.strip()", str),
        ("return a.split(b',')", bytes),
        ("return a.replace('x', 'y')", str),
        ("return a * 0.5", float),
        ("return a * 2 + a * 0.5", float),
        ("return a << 2", int),
        ("for _ in range(a): pass", int),
        ("return a == 'x'", str),
        ("return a in 'xyz'", str),
        ("return ', '.join(a)", list[str]),
        ("return sum(a)", list[float]),
        ("return a.items()", dict[str, int]),
        ("return a", None),
        ("return a.strip() if a else a * 2", None),
        ("return a % 'x'", None),
        ("return b - a", float),
        ("return -a", float),
        ("return a.strip() if b else -a", str),
        ("del a", None),
    ],
)
def test_uses_tell_a_type_only_where_they_agree(body: str, kind: object) -> None:
    tree = ast.parse(f"def f(a):\n    {body}\n")
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert inferred(names_of(tree, "mod"), function, "a") == kind


def test_pairs_are_found_by_name() -> None:
    text = written(
        "def encode(text: str) -> bytes: ...\n"
        "def decode(data: bytes) -> str: ...\n"
        "def normalize(text: str) -> str: ...\n"
        "def search(values: list[int], value: int) -> int: ...\n"
        "def search_naive(values: list[int], value: int) -> int: ...\n"
        "def dump(value: int) -> str: ...\n"
        "def load(data: bytes) -> int: ...\n"
    )
    assert re.findall(r"def (test_\w+)", text) == [
        "test_roundtrip_encode_decode",
        "test_idempotent_normalize",
        "test_equivalent_search_search_naive",
        "test_fuzz_dump",
        "test_fuzz_load",
    ]


def test_what_has_no_test_is_listed_with_the_reason() -> None:
    text = written(
        "import contextlib\n"
        "def good(a: int): ...\n"
        "async def later(a: int): ...\n"
        "@contextlib.contextmanager\ndef held(a: int): yield\n"
        "def nothing(): ...\n"
        "def pkg(pkg: int): ...\n"
        "class C(Base):\n    def m(self, a: int): ...\n"
    )
    assert re.findall(r"^# (\w[\w.]*: .*)$", text, re.M) == [
        "later: it is asynchronous.",
        "held: `@contextlib.contextmanager` may change how it is called.",
        "pkg: a parameter hides the module's name.",
        "C.m: no value of type `C` can be made.",
        "nothing: it takes nothing to vary.",
    ]


@pytest.mark.parametrize(
    "code, says",
    [
        ("x = 1\n", "`pkg.mod` has no public function to test"),
        ("def f(a): ...\n", "of `f`, its parameters do not tell what to pass"),
        ("def f(:\n", "cannot be drafted while the file has a syntax error"),
    ],
)
def test_where_nothing_can_be_drafted_a_sentence_says_why(code: str, says: str) -> None:
    with pytest.raises(OfferError, match=re.escape(says)):
        written(code)


def test_tests_that_are_there_are_not_written_again() -> None:
    with pytest.raises(OfferError, match="is there already"):
        written("def f(a: int): ...", "def test_fuzz_f(): ...\n")


@pytest.mark.parametrize(
    "text, n_lines",
    [
        ("", 0),
        ("def test_a(): ...\n", 0),
        ('"""Doc."""\n\ndef test_a(): ...\n', 1),
        ("import a\nfrom b import (\n    c,\n)\n\nX = 1\nimport d\n", 4),
        ("import a\ntry:\n    import b\nexcept ImportError:\n    b = None\nX = 1\n", 5),
        ("def (\n", 0),
    ],
)
def test_the_end_of_the_imports_is_found(text: str, n_lines: int) -> None:
    assert end_of_imports(text) == n_lines
