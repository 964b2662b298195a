"""The names that new code uses resolve."""

import sysconfig
from pathlib import Path

import pytest

from lsp_server.checks.names import names_resolve, unresolved
from lsp_server.text import Snapshot

STDLIB = Path(sysconfig.get_path("stdlib"))


def check(before: str, after: str, language: str = "python") -> str | None:
    return names_resolve(Snapshot("file:///a", 1, language, before), after)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("import os\nos.getcwd()\n", ()),
        ("os.getcwd()\n", ("os",)),
        ("def f(a, *b, c=d, **e): return a, b, c, e\n", ("d",)),
        ("def f():\n    return g()\ndef g(): pass\n", ()),
        ("class A:\n    x = 1\n    def f(self): return x\n", ("x",)),
        ("class A:\n    x = 1\n    y = x\n", ()),
        ("def f():\n    global G\n    G = 1\ndef g(): return G\n", ()),
        ("[x for x in range(3)]\nprint(x)\n", ("x",)),
        ("def f(a: Undefined) -> Other: ...\n", ("Undefined", "Other")),
        ("try:\n    import a\nexcept ImportError:\n    a = None\na\n", ()),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = y\n", ("y",)),
        ("match 1:\n    case int(n): print(n)\n", ()),
        ("with open(__file__) as f: print(f, __name__)\n", ()),
        ("变量 = 1\nprint(变量, 别的)\n", ("别的",)),
        ("class A:\n    def f(self): return super().f(), __class__\n", ()),
        ("x: int\nlambda q: q + w\n", ("w",)),
        ("from a import *\nanything()\n", None),
        ("x = (\n", None),
        ("globals()['x'] = 1\nx\n", None),
    ],
)
def test_names_that_nothing_binds(text: str, missing: tuple[str, ...] | None) -> None:
    found = unresolved(text)
    assert (None if found is None else sorted(found)) == (
        None if missing is None else sorted(missing)
    )


def test_only_names_that_are_new_and_missing_are_told() -> None:
    assert check("old()\n", "old()\nnew()\n") == (
        "The result uses `new`, which this file neither defines nor imports."
    )
    assert check("old()\n", "old()\nold()\n") is None


def test_a_name_whose_definition_was_removed_is_told() -> None:
    assert "`f`" in (check("def f(): pass\nf()\n", "f()\n") or "")


def test_a_file_that_was_broken_before_gives_its_words_the_benefit_of_the_doubt() -> None:
    assert check("x = (\nhelper\n", "helper()\n") is None
    assert check("x = (\n", "helper()\n") is not None


def test_other_languages_pass() -> None:
    assert check("", "missing()", "javascript") is None


@pytest.mark.parametrize(
    "name", ["argparse", "dataclasses", "typing", "inspect", "threading", "enum", "ast", "heapq"]
)
def test_the_standard_library_has_no_name_that_is_missing(name: str) -> None:
    found = unresolved((STDLIB / f"{name}.py").read_text("utf-8"))
    assert found in {(), None}
