"""Tool calls in a reply's text, wherever the text is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.tool_calls import CLOSE, OPEN, Called, ToolCallStream

NAMES = frozenset({"read", "write"})
CALL = '<tool_call>\n{"name": "read", "arguments": {"path": "世.py"}}\n</tool_call>'
CALLED = ("read", '{"path": "世.py"}')

Part = str | tuple[str, str]


def parts_of(pieces: list[str]) -> list[Part]:
    """What comes out, texts joined and calls without their ids."""
    stream = ToolCallStream(NAMES)
    parts = [part for piece in pieces for part in stream.push(piece)] + stream.close()
    joined: list[Part] = []
    for part in parts:
        assert part, "no part is empty"
        if isinstance(part, Called):
            joined.append((part.name, part.arguments))
        elif joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


CASES: list[tuple[str, list[Part]]] = [
    (CALL, [CALLED]),
    (f"I look.\n\n{CALL}\n", ["I look.", CALLED]),
    (f"{CALL}\n{CALL}", [CALLED, CALLED]),
    (f"{CALL}\n\nThen {CALL} done \n", [CALLED, "Then", CALLED, "done \n"]),
    (CALL.removesuffix(CLOSE), [CALLED]),
    ('<tool_call>{"name": "read"}</tool_call>', [("read", "{}")]),
    ('<tool_call>{"name": "steal", "arguments": {}}</tool_call>', [
        '<tool_call>{"name": "steal", "arguments": {}}</tool_call>'
    ]),
    ("<tool_call>{}</tool_call> ", ["<tool_call>{}</tool_call> "]),
    ("<tool_call>\n[1]\n</tool_call>", ["<tool_call>\n[1]\n</tool_call>"]),
    ("<tool_call>not JSON</tool_call>", ["<tool_call>not JSON</tool_call>"]),
    ('<tool_call>{"name": "read", "arguments": {"a": NaN}}</tool_call>', [
        '<tool_call>{"name": "read", "arguments": {"a": NaN}}</tool_call>'
    ]),
    ('<tool_call>{"name": "read", "arguments": {"a": "\\ud800"}}</tool_call>', [
        '<tool_call>{"name": "read", "arguments": {"a": "\\ud800"}}</tool_call>'
    ]),
    ('<tool_call>{"name": ["read"], "arguments": {}}</tool_call>', [
        '<tool_call>{"name": ["read"], "arguments": {}}</tool_call>'
    ]),
    (f"<tool_call> is a tag. {CALL}", ["<tool_call> is a tag.", CALLED]),
    (f"  {OPEN}", [f"  {OPEN}"]),
    ("a </tool_call> b <tool", ["a </tool_call> b <tool"]),
    ("a\n \t", ["a\n \t"]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), CASES)
def test_calls_are_found_and_all_else_stays_text(text: str, parts: list[Part]) -> None:
    assert parts_of([text]) == parts
    assert parts_of(list(text)) == parts


def test_text_comes_as_soon_as_it_can_be_no_part_of_a_call() -> None:
    stream = ToolCallStream(NAMES)
    assert stream.push("one <two> ") == ["one <two>"]
    assert stream.push("<tool") == []
    assert stream.push("ing>") == [" <tooling>"]
    assert stream.push(CALL[:-3]) == []
    (called,) = stream.push(CALL[-3:])
    assert isinstance(called, Called) and json.loads(called.arguments) == {"path": "世.py"}


def test_each_call_has_an_id_of_its_own() -> None:
    ids = [part.id for part in ToolCallStream(NAMES).push(CALL * 3) if isinstance(part, Called)]
    assert len(set(ids)) == 3 and all(each.startswith("call_") for each in ids)


def test_json_nested_without_end_is_text() -> None:
    text = OPEN + "[" * 100_000 + CLOSE
    assert parts_of([text]) == [text]


TEXTS = st.lists(
    st.sampled_from([CALL, OPEN, CLOSE, " ", "\n", "{", "x", "<", "</", "世", CALL[:30], CALL[30:]])
).map("".join)


@given(TEXTS, st.data())
def test_nothing_depends_on_where_the_text_is_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert parts_of(pieces) == parts_of([text])


@given(TEXTS.filter(lambda text: "arguments" not in text))
def test_without_a_call_every_byte_is_kept(text: str) -> None:
    assert "".join(map(str, parts_of([text]))) == text
