"""Whatever a model answers, a doc changes no code, and how the answer is cut does not matter."""

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lsp_server.actions.docs.form import Form, form_of, written
from lsp_server.actions.docs.reply import DocText
from lsp_server.checks.docs import only_docs_changed
from lsp_server.errors import ReplyError
from lsp_server.syntax.symbols import symbols
from lsp_server.text import Edit, Snapshot, Span

SOURCES = {
    "python": "class A:\n    def f(self, x):\n        return x\n",
    "javascript": "function f(x) {\n  return x;\n}\n",
    "go": "package a\n\nfunc F(x int) int { return x }\n",
    "rust": "fn f(x: u32) -> u32 { x }\n",
    "java": "class A {\n    int f(int x) { return x; }\n}\n",
    "cpp": "int f(int x) { return x; }\n",
}
PIECES = st.sampled_from(
    [
        *('"""', "'''", '"', "\\", "\\\\", "*/", "/**", "/*", " * ", "//", "///", "//!", "```"),
        *(
            "\n",
            "\n\n",
            "    ",
            "\t",
            "Args:",
            "x: it",
            "def f(x):",
            "return",
            "\\u002a/",
            "é",
            "文",
        ),
        *(">>> f(1)", "#", "{", "}", "```python\n", "Here is the doc:\n", "word " * 30),
    ]
)
REPLIES = st.lists(PIECES, min_size=1, max_size=12).map("".join)


def documented(language: str, reply: str, size: int) -> str | None:
    """The source with the reply as a doc, fed in pieces; None where the reply is refused."""
    snapshot, form, at = target(language)
    adapter = DocText(form)
    try:
        chunks = [reply[start : start + size] for start in range(0, len(reply), size)]
        text = "".join(adapter.push(chunk) for chunk in chunks if not adapter.done)
        text += adapter.close()
    except ReplyError:
        return None
    return Edit(Span(at, at), form.head + text + form.tail).apply(snapshot.text)


def target(language: str) -> tuple[Snapshot, Form, int]:
    snapshot = Snapshot("file:///a", 1, language, SOURCES[language])
    symbol = symbols(language, snapshot.text)[-1]
    return snapshot, form_of(snapshot, symbol), symbol.doc_place.offset


@pytest.mark.parametrize("language", SOURCES)
@given(reply=REPLIES)
@example(reply="'''\"\"\"")
def test_no_reply_changes_code(language: str, reply: str) -> None:
    after = documented(language, reply, len(reply))
    if after is not None:
        assert only_docs_changed(target(language)[0], after) is None, after


@pytest.mark.parametrize("language", SOURCES)
@given(reply=REPLIES, size=st.integers(1, 9))
def test_how_the_reply_is_cut_makes_no_difference(language: str, reply: str, size: int) -> None:
    assert documented(language, reply, size) == documented(language, reply, len(reply))


@given(text=st.text(min_size=1))
def test_python_reads_any_text_of_a_model_as_a_docstring(text: str) -> None:
    after = documented("python", "Say.\n" + text.replace("\r", ""), 4)
    assert after is not None
    function = ast.parse(after.replace("\0", "")).body[0]
    assert isinstance(function, ast.ClassDef)
    assert isinstance(function.body[0], ast.FunctionDef)
    assert (ast.get_docstring(function.body[0]) or "").startswith("Say.")


@pytest.mark.parametrize("language", SOURCES)
@given(lines=st.lists(st.text(st.sampled_from("ab\"\\ */'`\t"), min_size=1), min_size=1))
def test_no_draft_changes_code(language: str, lines: list[str]) -> None:
    snapshot, form, at = target(language)
    after = Edit(Span(at, at), written(["A.", *lines], form)).apply(snapshot.text)
    assert only_docs_changed(snapshot, after) is None, after


def test_a_doc_of_a_reply_and_a_draft_with_the_same_lines_look_the_same() -> None:
    for language in SOURCES:
        snapshot, form, at = target(language)
        for lines in (["One."], ["One.", "", "Two."]):
            draft = Edit(Span(at, at), written(lines, form)).apply(snapshot.text)
            assert documented(language, "\n".join(lines), 3) == draft
