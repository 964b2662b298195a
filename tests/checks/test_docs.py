"""Documentation changes documentation only, and tells the truth about parameters."""

import sysconfig
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lsp_server.checks.docs import documented_parameters_exist, only_docs_changed
from lsp_server.syntax.symbols import symbols
from lsp_server.syntax.trees import Tree, nodes, parse
from lsp_server.text import Snapshot
from tests.syntax.test_languages import LISTED

STDLIB = Path(sysconfig.get_path("stdlib"))
PYTHON = '''\
"""Module."""
from __future__ import annotations
import os

class A(B):
    """Doc."""

    x: int = 1

    async def f(self, a, *, b=2):
        # why
        if a and (b := 3):
            return f"{a!r:>{b}} {os.sep}"
        return [y for y in "a\\n  \\tb" "c" if y]

def g(): return -1
@dec
def h():
    """Old."""
'''
TEXTS = {"python": PYTHON, **{language: text for language, (text, _) in LISTED.items()}}


def snapshot(text: str, language: str = "python") -> Snapshot:
    return Snapshot("file:///a", 1, language, text)


def with_docs(text: str, quoted: str) -> str:
    """`text` with `quoted` put in as the docstring of each definition that has none."""
    for symbol in reversed(symbols("python", text)):
        place, at = symbol.doc_place, symbol.doc_place.offset
        if symbol.doc_span:
            text = quoted.join((text[: symbol.doc_span.start], text[symbol.doc_span.end :]))
        elif place.shares_line:
            text = f"{text[:at]}\n{place.indent}{quoted}\n{place.indent}{text[at:]}"
        else:
            text = f"{text[:at]}{place.indent}{quoted}\n{text[at:]}"
    return text


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40))
def test_no_docstring_is_ever_taken_for_a_change_of_code(doc: str) -> None:
    after = with_docs(PYTHON, repr(doc))
    assert only_docs_changed(snapshot(PYTHON), after) is None


@given(st.text(st.sampled_from("a #:\n\t中😀'{}()[]def class"), max_size=60))
def test_no_docstring_of_several_lines_is_taken_for_one(doc: str) -> None:
    assert only_docs_changed(snapshot(PYTHON), with_docs(PYTHON, f'"""{doc} """')) is None


def tokens(tree: Tree) -> list[tuple[int, int]]:
    """Leaves that are code: not in comments, not in docstrings."""
    docs = [each.doc_span for each in symbols(tree.language, tree.text) if each.doc_span]
    docs += [tree.span(node) for node in nodes(tree.root) if "comment" in node.type]
    docs += [tree.span(node) for node in tree.root.children[:1] if tree.language == "python"]
    leaves = (tree.span(node) for node in nodes(tree.root) if not node.child_count)
    return [
        (leaf.start, leaf.end)
        for leaf in leaves
        if len(leaf) and leaf.of(tree.text).strip() and not any(doc.contains(leaf) for doc in docs)
    ]


@pytest.mark.parametrize("language", TEXTS)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_change_of_one_code_token_is_always_caught(language: str, data: st.DataObject) -> None:
    text = TEXTS[language]
    tree = parse(language, text)
    assert tree is not None
    start, end = data.draw(st.sampled_from(tokens(tree)))
    new = data.draw(st.sampled_from(["", "zz", "0", "+", ")", text[start:end] * 2]))
    assume(new != text[start:end])
    after = text[:start] + new + text[end:]
    assert only_docs_changed(snapshot(text, language), after) is not None


@pytest.mark.parametrize(
    "name", ["dataclasses.py", "textwrap.py", "heapq.py", "email/message.py", "asyncio/tasks.py"]
)
def test_the_standard_library_can_be_documented(name: str) -> None:
    text = (STDLIB / name).read_text("utf-8")
    after = with_docs(text, '"""Does 中文.\n\n    Args:\n        x: y\n    """')
    assert after != text
    assert only_docs_changed(snapshot(text), after) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", "x = 1  # why\n"),
        ("x = 1  # why\n", "x = 1\n"),
        ("x=1\n", "x = 1\n\n\n"),
        ("def f(): pass\n", 'def f():\n    """Doc."""\n    pass\n'),
        ("def f():\n    'a'\n", 'def f():\n    """Better."""\n'),
        ("x = 1\n", '"""Module."""\nx = 1\n'),
        ("x = (\n", '"""Broken stays broken."""\nx = (\n'),
        ("def f():\r\n    pass\r\n", 'def f():\r\n    """Doc."""\r\n    pass\r\n'),
    ],
)
def test_docs_comments_and_space_may_change(before: str, after: str) -> None:
    assert only_docs_changed(snapshot(before), after) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if x:\n    a()\nb()\n", "if x:\n    a()\n    b()\n"),
        ("x = 'a  b'\n", "x = 'a b'\n"),
        ("x = 'a\\n  \\nb'\n", "x = 'a\\n \\nb'\n"),
        ("def f():\n    x = 1\n", 'def f():\n    x = 1\n    """Not a docstring."""\n'),
        ("def f():\n    '''Old.'''\n    x\n", "def f():\n    '''New.'''\n    '''Old.'''\n    x\n"),
        ("x = 1\n", "x = 1 # type: int\n"),
        ("x = '''a'''\n", "x = '''b'''\n"),
        ("def f(): pass\n", 'def f():\n    """Doc."""\n'),
        ("x = 1\n", ""),
        ("x = 1\n", "x = 1\nx = 1\n"),
        ("x = f'{a}'\n", "x = f'{b}'\n"),
        ("x = 变\n", "x = 量\n"),
    ],
)
def test_code_may_not_change(before: str, after: str) -> None:
    said = only_docs_changed(snapshot(before), after)
    assert said is not None
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("go", "package p\nfunc F() {}\n", "package p\n\n// F.\nfunc F() {}\n"),
        ("rust", "fn f() {}\n", "/// F.\nfn f() {}\n"),
        ("javascript", "export const f = () => 1\n", "/** F. */\nexport const f = () => 1\n"),
        ("java", "class A {}\n", "/**\n * A.\n */\nclass A {}\n"),
        ("cpp", "#define A 1\nint f();\n", "#define A 1\n/** F. */\nint f();\n"),
    ],
)
def test_doc_comments_of_other_languages_are_no_code(
    language: str, before: str, after: str
) -> None:
    assert only_docs_changed(snapshot(before, language), after) is None


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("go", "package p\n", "//go:build linux\n\npackage p\n"),
        ("javascript", "function f() { return 1 }\n", "function f() { return\n1 }\n"),
        ("javascript", "let x = `a  b`\n", "let x = `a b`\n"),
        ("typescript", "f()\n", "// @ts-nocheck\nf()\n"),
        ("c", "#define A 1\n", "#define A 2\n"),
        ("typescriptreact", "let x = <p>a  b</p>\n", "let x = <p>a b</p>\n"),
    ],
)
def test_what_a_compiler_obeys_is_code(language: str, before: str, after: str) -> None:
    assert only_docs_changed(snapshot(before, language), after) is not None


def test_a_language_without_a_grammar_passes() -> None:
    assert only_docs_changed(snapshot("a", "klingon"), "b") is None


SIGNATURE = "def f(a, *b, c=1, **d):\n    pass\n\ndef g(a, n: int):\n    {}\n    pass\n"
NUMPY = "Adds.\n\n    Parameters\n    ----------\n    "


@pytest.mark.parametrize(
    ("doc", "unknown"),
    [
        ("Adds.\n\n    Args:\n        a: One.\n        n (int): Two,\n            b: c.", None),
        ("Adds.\n\n    Args:\n        m: Two.\n\n    Returns:\n        x: y.", "m"),
        ("Adds.\n\n    Args:\n        a: One.\n\n    Returns:\n        x: y.", None),
        (NUMPY + "a, n : int\n        One: two.", None),
        (NUMPY + "z : int\n\n    Returns\n    -------\n    q : int", "z"),
        ("Adds.\n\n    :param a: One.\n    :param int n: Two.\n    :returns: c", None),
        ("Adds.\n\n    :param int z: One.", "z"),
        ("Adds. Note: this is prose.\n\n    Example:\n        z: 1", None),
        ("Args:\n        变: One.", "变"),
    ],
)
def test_a_documented_parameter_exists(doc: str, unknown: str | None) -> None:
    before = SIGNATURE.format("'old'")
    after = SIGNATURE.format(f'"""{doc}\n    """')
    said = documented_parameters_exist(snapshot(before), after)
    assert (said is None) == (unknown is None)
    assert unknown is None or f"`{unknown}`" in (said or "")


@pytest.mark.parametrize(
    ("language", "doc", "is_true"),
    [
        ("javascript", "/** @param {{x: string}} a One\n * @param [b=1] Two */", True),
        ("javascript", "/** @param a.depth One */", True),
        ("javascript", "/** @param {string} z One */", False),
        ("cpp", "/** \\param[in,out] a One */", True),
        ("cpp", "/// @param q One", False),
        ("java", "/** @param a One\n * @param <T> Two */", True),
        ("java", "/** @param z One */", False),
    ],
)
def test_a_param_tag_names_a_parameter(language: str, doc: str, is_true: bool) -> None:
    bodies = {
        "javascript": "function f(a, b = 1) {}\n",
        "cpp": "int f(int a);\n",
        "java": "class A {\n<T> void f(int a) {}\n}\n",
    }
    before = bodies[language]
    after = before.replace("<T>", f"{doc}\n<T>") if language == "java" else f"{doc}\n{before}"
    said = documented_parameters_exist(snapshot(before, language), after)
    assert (said is None) == is_true


def test_docs_that_were_wrong_before_are_not_held_against_the_result() -> None:
    text = 'def f(a):\n    """:param z: Wrong."""\n'
    assert documented_parameters_exist(snapshot(text), text + "x = 1\n") is None


@pytest.mark.parametrize(
    ("body", "name", "is_true"),
    [
        ("    def __init__(self, a): ...\n", "a", True),
        ("    def __init__(self, a): ...\n", "z", False),
        ("    a: int\n    b: int = 2\n", "b", True),
        ("    a: int\n", "z", False),
    ],
)
def test_a_class_may_tell_what_its_constructor_takes(body: str, name: str, is_true: bool) -> None:
    before = f"class A:\n{body}"
    after = f'class A:\n    """A.\n\n    Args:\n        {name}: One.\n    """\n\n{body}'
    assert (documented_parameters_exist(snapshot(before), after) is None) == is_true
