"""Adapters: what they keep of a reply, and that it never matters where the chunks were cut."""

from collections.abc import Callable, Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.errors import ReplyError, ReplyLoop
from lsp_server.reply import (
    Adapter,
    Additions,
    BodyOnly,
    DropPreamble,
    DropThinking,
    Factory,
    MarkdownUnfenced,
    Newlines,
    NoLoops,
    Pipeline,
    Reindented,
    StopAtEndOfCode,
    Trimmed,
    Unfenced,
    WholeLines,
    WithoutImports,
)

FRAGMENTS = st.sampled_from(
    [
        "<think>", "</think>", "<thi", "[THINK]", "[/THINK]", "Okay, the user wants",
        "```", "````", "~~~", "```python\n", "```markdown\n", "\n```\n", "    ```\n",
        "Here is the function:\n", "Sure! Here you go.\n", "This function adds two numbers.\n",
        "def f(a, b):\n", "    return a\n", "\treturn (\n", "x = '''\n", '"""', "  pass\n", "}\n",
        "{\n", "`", "名字：\n", "下面是代码：\n", "𝒳", "é", "\r", "\r\n", "\n", "\n\n", " ", "    ",
        "\x0c", "\x85", "\u2028", "a", ";", "// ``\n", "/* ", "*/", "| --- | --- |\n",
    ]
)  # fmt: skip
REPLIES = st.lists(FRAGMENTS | st.text(max_size=6), max_size=24).map("".join)

FACTORIES: dict[str, Factory] = {
    "DropThinking": DropThinking,
    "Unfenced": Unfenced,
    "Unfenced python": lambda: Unfenced("python"),
    "Unfenced all": lambda: Unfenced(keep="all"),
    "MarkdownUnfenced": MarkdownUnfenced,
    "MarkdownUnfenced fenced": lambda: MarkdownUnfenced("```\ncode\n```\n"),
    "DropPreamble": DropPreamble,
    "Reindented": lambda: Reindented("    ", "    ", "python"),
    "Reindented tabs": lambda: Reindented("\t", "\t", "go"),
    "Reindented none": lambda: Reindented("", "  ", "javascript"),
    "StopAtEndOfCode": lambda: StopAtEndOfCode("python", "definition"),
    "StopAtEndOfCode any": lambda: StopAtEndOfCode("typescript"),
    "BodyOnly": lambda: BodyOnly("f", "python", "present"),
    "BodyOnly braces": lambda: BodyOnly("f", "go", "absent"),
    "Additions": lambda: Additions("import a\n\n\ndef f(a, b): ...\n"),
    "NoLoops": NoLoops,
    "WholeLines": WholeLines,
    "WithoutImports": WithoutImports,
    "Trimmed": Trimmed,
    "Trimmed without end": lambda: Trimmed(""),
    "Newlines": lambda: Newlines("\r\n"),
    "all for code": lambda: Pipeline(
        (
            DropThinking(),
            NoLoops(),
            Unfenced("python"),
            StopAtEndOfCode("python", "definition"),
            Reindented("    ", "    ", "python"),
            Trimmed(),
            WholeLines(),
            Newlines("\r\n"),
        )
    ),
    "all for prose": lambda: Pipeline(
        (
            DropThinking(),
            NoLoops(),
            MarkdownUnfenced(),
            DropPreamble(),
            Trimmed(""),
            WholeLines(),
            Newlines("\n"),
        )
    ),
}


def run(make: Callable[[], Adapter], chunks: Sequence[str]) -> tuple[str, bool]:
    """The text of a reply that came in `chunks`, and whether the adapter wanted no more."""
    adapter = Pipeline((make(),))
    text = "".join(adapter.push(chunk) for chunk in chunks)
    is_done = adapter.done
    return text + adapter.close(), is_done


def ending(make: Callable[[], Adapter], chunks: Sequence[str]) -> str:
    """What came of it: the text, or the name of the error."""
    try:
        return run(make, chunks)[0]
    except ReplyError as error:
        return type(error).__name__


def kept(make: Callable[[], Adapter], reply: str) -> str:
    """The text of `reply`, the same at every chunk size."""
    text = ending(make, [reply])
    for size in range(1, len(reply) + 1):
        chunks = [reply[at : at + size] for at in range(0, len(reply), size)]
        assert ending(make, chunks) == text, f"chunk size {size}"
    return text


@pytest.mark.parametrize("name", FACTORIES)
@given(reply=REPLIES, data=st.data())
def test_where_the_chunks_are_cut_never_matters(name: str, reply: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(reply)), max_size=8).map(sorted))
    chunks = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    whole = ending(FACTORIES[name], [reply])
    assert ending(FACTORIES[name], chunks) == whole
    assert ending(FACTORIES[name], list(reply)) == whole


@pytest.mark.parametrize(
    "reply, answer",
    [
        ("x = 1\n", "x = 1\n"),
        ("", ""),
        ("  \n", "  \n"),
        ("    x = 1", "    x = 1"),
        ("<think>\nhm\n</think>\n\nx = 1\n", "x = 1\n"),
        ("\n<think></think>\n\n    x = 1\n", "    x = 1\n"),
        ("<think>a</think><think>b</think>x", "x"),
        ("<thinking>a</thinking>\nx", "x"),
        ("[THINK]a[/THINK]x", "x"),
        ("</think>\nx = 1", "x = 1"),
        ("Okay, the user wants a sum.\nSo add.\n</think>\n\nx = 1", "x = 1"),
        ("We need to add numbers.\n</think>\nx = 1", "x = 1"),
        ("好的，用户想要。\n</think>\n答案", "答案"),
        ("Okay, the user is greeted.\nBye.\n", "Okay, the user is greeted.\nBye.\n"),
        ("tag = '<think>'\n", "tag = '<think>'\n"),
        ("tag = '</think>'\nmore\n", "tag = '</think>'\nmore\n"),
        ("<thin", "<thin"),
        ("<think>never closed", "ReplyError"),
        ("def f(a, b, c, d, e, f):\n</think>\nx", "ReplyError"),
    ],
)  # fmt: skip
def test_thoughts_are_dropped(reply: str, answer: str) -> None:
    assert kept(DropThinking, reply) == answer


@pytest.mark.parametrize(
    "reply, code",
    [
        ("x = 1\n", "x = 1\n"),
        ("x = 1", "x = 1"),
        ("\n\nx = 1\n", "\n\nx = 1\n"),
        ("", ""),
        ("```python\nx = 1\n```", "x = 1\n"),
        ("```\nx = 1\n```\n", "x = 1\n"),
        ("~~~~ py title='a'\nx = 1\n~~~~\n", "x = 1\n"),
        ("~~~\n```\n~~~\n", "```\n"),
        ("````js\n```\n````\nbye", "```\n"),
        ("  ```py\n  x = 1\n    y\n  ```\n", "x = 1\n  y\n"),
        ("```python\nx = 1", "x = 1"),
        ("```x = 1```", "x = 1\n"),
        ("Here is the function:\n\n```python\nx = 1\n```\nThis sets x.\n", "x = 1\n"),
        ("Sure! Here's the code.\n```\nx\n```", "x\n"),
        ("下面是函数：\n```python\nx = 1\n```\n说明", "x = 1\n"),
        ("The `parse(a=1)` function needs a loop:\n```\nx\n```\n", "x\n"),
        ("```\na\n```\nand\n```\nb\n```\n", "a\n"),
        ("x = 1\n```\ny\n", "x = 1\n```\ny\n"),
        ("if x:\n    y\n", "if x:\n    y\n"),
        ("# Adds a and b.\ndef f(): ...\n```\n", "# Adds a and b.\ndef f(): ...\n```\n"),
        ("This is only a sentence.", "This is only a sentence."),
        (
            '```python\ndef f():\n    """Say:\n\n    ```\n    x\n    ```\n    """\n```\n',
            'def f():\n    """Say:\n\n    ```\n    x\n    ```\n    """\n',
        ),
        ('```python\n"""Doc.\n\n```\nx\n```\n"""\n```\nend', '"""Doc.\n\n```\nx\n```\n"""\n'),
        ("```\r\nx = 1\r\n```\r\n", "x = 1\n"),
    ],
)
def test_the_fence_around_code_is_dropped(reply: str, code: str) -> None:
    assert kept(lambda: Unfenced("python"), reply) == code


def test_every_fenced_block_is_kept_when_told() -> None:
    reply = "Here is one:\n```\na\n```\nand\n```py\nb\n```\n"
    assert kept(lambda: Unfenced(keep="all"), reply) == "a\nb\n"


def test_the_closing_fence_ends_the_reply() -> None:
    assert run(Unfenced, ["```\nx\n``", "`\n", "more"]) == ("x\n", True)
    assert not run(Unfenced, ["```\nx\n"])[1]


@pytest.mark.parametrize(
    "reply, text",
    [
        ("# Title\n\ntext\n", "# Title\n\ntext\n"),
        ("```markdown\nnew *text*\n```", "new *text*\n"),
        ("Here is it:\n\n```md\ntext\n```\nI hope it helps.", "text\n"),
        ("text\n\n```python\nx\n```\n\nmore\n", "text\n\n```python\nx\n```\n\nmore\n"),
        ("```markdown\na\n```python\nx\n```\nb\n```\n", "a\n```python\nx\n```\nb\n"),
        ("```markdown\na\n```\nx\n```\nb\n```\n", "a\n```\nx\n```\nb\n"),
        ("````md\na\n```\nx\n```\n````\nbye\n", "a\n```\nx\n```\n"),
        ("```md\na\n```\nUse it so:\n```python\nf()\n```\n", "a\n"),
        ("```md\na\n", "a\n"),
        ("```python\nx\n```\ntext\n", "```python\nx\n```\ntext\n"),
        ("```\ntext\n```\n", "text\n"),
        ("", ""),
    ],
)
def test_a_fence_around_markdown_is_dropped_and_those_inside_are_kept(
    reply: str, text: str
) -> None:
    assert kept(MarkdownUnfenced, reply) == text


def test_a_fence_that_the_original_had_is_kept() -> None:
    reply = "```\nx\n```\ntext\n"
    assert kept(lambda: MarkdownUnfenced("```\ny\n```\n"), reply) == reply


@pytest.mark.parametrize(
    "reply, text",
    [
        ("Here is the improved version:\n\nBetter text.\n", "Better text.\n"),
        ("以下是改写后的文本：\n\n更好。\n", "更好。\n"),
        ("Here is the list:\n- a\n", "Here is the list:\n- a\n"),
        ("Better text.\n\nMore.\n", "Better text.\n\nMore.\n"),
        ("Here is the improved version:", "Here is the improved version:"),
    ],
)
def test_an_announcement_before_prose_is_dropped(reply: str, text: str) -> None:
    assert kept(DropPreamble, reply) == text


def test_an_announcement_that_the_original_had_is_kept() -> None:
    reply = "Here are the rules:\n\n- one\n"
    assert kept(lambda: DropPreamble("Here are some rule:\n\n- one"), reply) == reply


MARGIN_CASES = [
    ("x = 1\ny = 2\n", "    x = 1\n    y = 2\n"),
    ("    x = 1\n    y = 2\n", "    x = 1\n    y = 2\n"),
    ("x = 1\n    y = 2\n", "    x = 1\n    y = 2\n"),
    ("def f():\n    return 1\n\nx\n", "    def f():\n        return 1\n\n    x\n"),
    ("def f():\n        return 1\n", "    def f():\n        return 1\n"),
    ("def f():\n\treturn 1\n", "    def f():\n        return 1\n"),
    ("\tdef f():\n\t\treturn 1\n", "    def f():\n        return 1\n"),
    ("def f():\n  if a:\n    return 1\n", "    def f():\n        if a:\n            return 1\n"),
    ("        x = 1\n        if a:\n            b\n", "    x = 1\n    if a:\n        b\n"),
    ("x = (\n    1,\n)\ny = 2\n", "    x = (\n        1,\n    )\n    y = 2\n"),
    ("f(a,\n  b)\n    y = 2\n", "    f(a,\n  b)\n    y = 2\n"),
    ("x = '''\na\n  b\n'''\ny\n", "    x = '''\na\n  b\n'''\n    y\n"),
    (
        'def f():\n    """Doc.\n\n    More.\n    """\n',
        '    def f():\n        """Doc.\n\n        More.\n        """\n',
    ),
    ("   \nx\n", "\n    x\n"),
    ("x", "    x"),
    ("", ""),
    ("if a:\n    b\nelse:\n    c\n", "    if a:\n        b\n    else:\n        c\n"),
]


@pytest.mark.parametrize("reply, moved", MARGIN_CASES)
def test_a_reply_moves_to_the_margin(reply: str, moved: str) -> None:
    assert kept(lambda: Reindented("    ", "    ", "python"), reply) == moved


@pytest.mark.parametrize(
    "reply, moved",
    [
        ("if (a) {\n    b();\n}\n", "\tif (a) {\n\t\tb();\n\t}\n"),
        ("if (a) {\n  b();\n  if (c) {\n    d();\n  }\n}\n",
         "\tif (a) {\n\t\tb();\n\t\tif (c) {\n\t\t\td();\n\t\t}\n\t}\n"),
        ("if (a) {\n\t\tb();\n\t}\n", "\tif (a) {\n\t\tb();\n\t}\n"),
        ("x = `\na\n  b\n`;\ny();\n", "\tx = `\na\n  b\n`;\n\ty();\n"),
        ("/**\n * Adds.\n */\nf();\n", "\t/**\n\t * Adds.\n\t */\n\tf();\n"),
        ("a\n  .b()\n  .c();\n", "\ta\n\t  .b()\n\t  .c();\n"),
    ],
)  # fmt: skip
def test_a_reply_takes_the_tabs_of_the_file(reply: str, moved: str) -> None:
    assert kept(lambda: Reindented("\t", "\t", "typescript"), reply) == moved


def test_a_margin_of_its_own_is_taken_off_at_the_top_level() -> None:
    reply = "    def f():\n        return 1\n"
    assert kept(lambda: Reindented("", "    ", "python"), reply) == "def f():\n    return 1\n"


@given(
    st.lists(st.sampled_from(["x = 1", "if a:\n    b = 2", "y = [\n    1,\n]", ""]), min_size=1),
    st.sampled_from(["", "    ", "        "]),
    st.sampled_from(["", "    ", "        "]),
)
def test_moving_is_the_same_whatever_margin_the_model_wrote(
    statements: list[str], theirs: str, ours: str
) -> None:
    code = "\n".join(statements) + "\n"
    indented = _shifted(code, theirs)
    assert ending(lambda: Reindented(ours, "    ", "python"), [indented]) == _shifted(code, ours)


def _shifted(code: str, margin: str) -> str:
    lines = code.split("\n")
    return "\n".join(margin + line if line else line for line in lines)


DEFINITION = "def f(a):\n    if a:\n        return 1\n\n    return 2\n"


@pytest.mark.parametrize(
    "after",
    [
        "\nThis function returns one or two.\n",
        "```\nmore\n",
        "\n**Explanation**\n",
        "\n### Notes\n",
        "\n说明：这个函数返回一。\n",
        "\nNote that it never fails\n",
    ],
)
@pytest.mark.parametrize("asked", ["definition", "any"])
def test_the_reply_stops_where_explanation_begins(
    after: str, asked: Literal["definition", "any"]
) -> None:
    reply = DEFINITION + after + "def g(): ...\n"
    assert kept(lambda: StopAtEndOfCode("python", asked), reply) == DEFINITION
    assert run(lambda: StopAtEndOfCode("python", asked), [reply])[1]


def test_the_reply_stops_behind_the_one_definition_asked_for() -> None:
    reply = "@cache\ndef f(\n    a,\n):\n    return a\n\nprint(f(1))\n"
    stopped = "@cache\ndef f(\n    a,\n):\n    return a\n"
    assert kept(lambda: StopAtEndOfCode("python", "definition"), reply) == stopped
    assert kept(lambda: StopAtEndOfCode("python", "any"), reply) == reply


def test_braces_tell_the_end_of_a_definition() -> None:
    reply = "import { a } from 'b';\nfunction f() {\n  if (a) { b(); }\n}\n\nf();\n"
    stopped = "import { a } from 'b';\nfunction f() {\n  if (a) { b(); }\n}\n"
    assert kept(lambda: StopAtEndOfCode("javascript", "definition"), reply) == stopped


@pytest.mark.parametrize(
    "reply",
    [
        "x = '''\n\nThis is a sentence in a string.\n\n'''\n",
        "# This is a comment.\nx = 1\n\n# This is another one.\ny = 2\n",
        "x = 1\n\n\nclass It:\n    pass\n",
        "def f():\n    pass\n\n",
    ],
)
def test_code_alone_never_stops(reply: str) -> None:
    assert kept(lambda: StopAtEndOfCode("python", "any"), reply) == reply


@pytest.mark.parametrize(
    "reply, body",
    [
        ("return a + b\n", "return a + b\n"),
        ("if a:\n    return 1\nreturn 2\n", "if a:\n    return 1\nreturn 2\n"),
        ("def f(a, b):\n    return a\n\nprint(f(1, 2))\n", "return a\n\n"),
        ("import re\n\n\ndef f(\n    a,\n) -> int:\n    return a\n", "import re\nreturn a\n"),
        ('def f(a):\n    """Doc.\n\n    More.\n    """\n    return a\n', "return a\n"),
        (
            'def f(a):\n    """Doc."""\n    x = """\nb\n"""\n    return x\n',
            'x = """\nb\n"""\nreturn x\n',
        ),
        (
            "class A:\n    @cache\n    def f(self):\n        if a:\n            b\n",
            "if a:\n    b\n",
        ),
        ("def f(a): return a\n", "return a\n"),
        ("def f(a: dict[str, int]): return a\n", "return a\n"),
        ("def g(a):\n    return a\n", "def g(a):\n    return a\n"),
        ("x = f(1)\nreturn x\n", "x = f(1)\nreturn x\n"),
        ("", ""),
    ],
)
def test_of_a_whole_definition_the_body_is_kept(reply: str, body: str) -> None:
    assert kept(lambda: BodyOnly("f", "python", "present"), reply) == body


@pytest.mark.parametrize(
    "reply, body",
    [
        ("func f(a int) int {\n\tif a > 0 {\n\t\treturn 1\n\t}\n\treturn 2\n}\n\nfunc g() {}\n",
         "if a > 0 {\n\treturn 1\n}\nreturn 2\n"),
        ("\treturn a\n", "\treturn a\n"),
        ("func f(a int) int { return a }\n", "return a\n"),
        ("return f(a)\n", "return f(a)\n"),
    ],
)  # fmt: skip
def test_of_a_definition_in_brackets_the_body_is_kept(reply: str, body: str) -> None:
    assert kept(lambda: BodyOnly("f", "go", "absent"), reply) == body


@pytest.mark.parametrize(
    "reply",
    [
        "    total = total + value\n" * 40,
        "if a:\n    first_thing()\n    second_thing()\n" * 12,
        "word " * 200,
        "and then the value is returned, " * 20,
        "函数返回这个值，" * 60,
        "\n".join(f"    line number {n % 20} of it all" for n in range(200)) + "\n",
    ],
)
def test_a_loop_is_refused(reply: str) -> None:
    with pytest.raises(ReplyLoop, match="repeats itself"):
        run(NoLoops, [reply])
    assert ending(NoLoops, list(reply)) == "ReplyLoop"


@pytest.mark.parametrize(
    "reply",
    [
        "| a | b |\n| --- | --- |\n" + "| 0 | 0 |\n" * 60,
        "TABLE = [\n" + "    0, 0, 0, 0,\n" * 200 + "]\n",
        "NAMES = [\n" + '    "unknown value",\n' * 40 + "]\n",
        "".join("    " * depth + "}\n" for depth in range(30, 0, -1)),
        "}\n" * 40,
        "    </div>\n" * 12,
        "# " + "-" * 98 + "\n",
        "=" * 400,
        "data = '" + "A" * 600 + "'\n",
        "\n" * 300,
        "".join(f"    assert f({n}) == {n}\n" for n in range(200)),
        "pass\n" * 10,
    ],
)
def test_honest_repetition_passes(reply: str) -> None:
    assert run(NoLoops, [reply]) == (reply, False)


def test_what_the_text_repeated_before_may_be_repeated_again() -> None:
    text = "total = total + value\n" * 50
    assert run(lambda: NoLoops(text), [text]) == (text, False)


@pytest.mark.parametrize(
    "reply, ending_, trimmed",
    [
        ("\n\n    x\n\n\n", "\n", "    x\n"),
        ("x", "\n", "x\n"),
        ("x\n", "", "x"),
        ("a\n\nb  \n", "", "a\n\nb"),
        (" \n ", "\n", ""),
        ("", "\n", ""),
    ],
)
def test_blank_lines_at_both_ends_are_trimmed(reply: str, ending_: str, trimmed: str) -> None:
    assert kept(lambda: Trimmed(ending_), reply) == trimmed


def test_lines_come_whole() -> None:
    adapter = WholeLines()
    assert [adapter.push("a"), adapter.push("b\nc"), adapter.close()] == ["", "ab\n", "c"]


@pytest.mark.parametrize("reply", ["a\r\nb\rc\nd\r", "a\nb\nc\nd\n", "a\r\nb\r\nc\r\nd\r\n"])
def test_every_line_ends_as_the_document_ends_its_lines(reply: str) -> None:
    assert kept(lambda: Newlines("\r\n"), reply) == "a\r\nb\r\nc\r\nd\r\n"
    assert kept(lambda: Newlines("\n"), reply) == "a\nb\nc\nd\n"


def test_the_whole_way_of_a_reply_into_a_method_of_a_crlf_document() -> None:
    reply = (
        "<think>\nA method.\n</think>\n\nHere is the method:\n\n```python\n"
        "def area(self):\n  return self.a\n```\n\nIt multiplies.\n"
    )
    made = kept(FACTORIES["all for code"], reply)
    assert made == "    def area(self):\r\n        return self.a\r\n"


@given(REPLIES, st.data())
def test_ending_lines_twice_is_ending_them_once(reply: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(reply)))
    once = ending(lambda: Newlines("\r\n"), [reply])
    assert ending(_twice, [reply[:cut], reply[cut:]]) == once


def _twice() -> Adapter:
    return Pipeline((Newlines("\r\n"), Newlines("\r\n")))


PRESENT = """import os
from a import b, c

def test_one(): ...

class TestTwo: ...
"""


@pytest.mark.parametrize(
    "reply, new",
    [
        ("import os\nimport re\n", "import re\n"),
        ("from a import b, d\n", "from a import d\n"),
        ("from a import (\n    b,\n    c,\n)\nx = 1\n", "x = 1\n"),
        ("from __future__ import annotations\n\nimport re\n", "\nimport re\n"),
        ("def test_one():\n    pass\n\n\ndef test_three(): ...\n", "\n\ndef test_three(): ...\n"),
        ("@given(\n    a=1\n)\n@settings\ndef test_one(): ...\ny = 2\n", "y = 2\n"),
        ('class TestTwo:\n    def test_a(self):\n        """\nx\n"""\n\n\nz = 3', "\n\nz = 3"),
        ("def broken(:\n    pass\n", "def broken(:\n    pass\n"),
        ("", ""),
    ],
)
def test_of_additions_what_the_file_has_is_dropped(reply: str, new: str) -> None:
    assert kept(lambda: Additions(PRESENT), reply) == new


@pytest.mark.parametrize(
    "reply, new",
    [
        ("from a import b\nimport c\n\n\ndef f(): ...\n", "def f(): ...\n"),
        ("from a import (\n    b,\n)\nclass A: ...\n\n\nimport c\n\nx = 1", "class A: ...\nx = 1"),
        ("import a, \\\n    b\nx = 1\n", "x = 1\n"),
        ("def f():\n    import a\n    return a\n", "def f():\n    import a\n    return a\n"),
        ("x = '''\nimport a\n'''\n", "x = '''\nimport a\n'''\n"),
        ("    from a import b\n    x = 1\n", "    x = 1\n"),
        ("x = 1\n\n\nimport a\n", "x = 1\n"),
        ("importer = 1\n\n", "importer = 1\n\n"),
    ],
)
def test_imports_at_the_margin_of_a_reply_are_dropped(reply: str, new: str) -> None:
    assert kept(WithoutImports, reply) == new
