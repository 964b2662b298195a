"""Prompts: composed from their files, and cut to a budget without losing what matters."""

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server import prompt
from lsp_server.actions import replies
from lsp_server.errors import PromptTooLong
from lsp_server.prompt import (
    N_REPLY,
    PROSE,
    Material,
    Part,
    Room,
    Sampling,
    compose,
    fenced,
    fit,
    n_tokens,
)

PARTS = st.lists(
    st.builds(
        Part,
        name=st.uuids().map(str),
        text=st.lists(st.text(max_size=40)).map("\n".join),
        rank=st.integers(0, 3),
        keep=st.sampled_from(["start", "end"]),
        language=st.sampled_from([None, "python"]),
    ),
    max_size=6,
)
FILES = sorted(
    path.name.removesuffix(".md")
    for path in resources.files("lsp_server").joinpath("prompts").iterdir()
    if path.name.endswith(".md")
)


def total(parts: tuple[Part, ...]) -> int:
    return sum(n_tokens(part.shown) for part in parts)


@given(PARTS, st.integers(0, 400))
def test_what_fits_has_at_most_its_tokens_and_loses_only_what_may_be_cut(
    parts: list[Part], room: int
) -> None:
    never_cut = tuple(part for part in parts if not part.rank)
    try:
        fitted = fit(parts, room)
    except PromptTooLong:
        assert total(never_cut) > room
        return
    assert total(fitted) <= room
    assert [part.name for part in fitted] == [part.name for part in parts]
    for before, after in zip(parts, fitted, strict=True):
        assert after == before or _is_cut(before, after)


def _is_cut(before: Part, after: Part) -> bool:
    if not before.rank:
        return False
    if not after.text:
        return True
    if before.keep == "start":
        return after.text.endswith("…") and before.text.startswith(after.text[:-1])
    return after.text.startswith("…\n") and before.text.endswith(after.text[2:])


@given(PARTS)
def test_nothing_is_cut_where_there_is_room(parts: list[Part]) -> None:
    assert fit(parts, total(tuple(parts))) == tuple(parts)


def test_the_least_important_part_is_cut_first() -> None:
    lines = "".join(f"line {n}\n" for n in range(100))
    parts = [Part("far", lines, rank=2), Part("near", lines, rank=1), Part("selection", lines)]
    far, near, selection = fit(parts, n_tokens(lines) * 2 + 100)
    assert far.text.startswith("line 0\nline 1\n")
    assert far.text.endswith("\n…")
    assert (near.text, selection.text) == (lines, lines)
    far, near, selection = fit(parts, n_tokens(lines) + 100)
    assert not far.text
    assert near.text.endswith("\n…")
    assert selection.text == lines


def test_text_before_the_cursor_keeps_its_end() -> None:
    lines = "".join(f"line {n}\n" for n in range(100))
    (before,) = fit([Part("before", lines, rank=1, keep="end")], 60)
    assert before.text.startswith("…\nline ")
    assert before.text.endswith("line 99\n")


def test_a_selection_that_is_too_long_is_refused_with_what_to_do() -> None:
    with pytest.raises(PromptTooLong, match="select less, or raise n_ctx"):
        fit([Part("selection", "word " * 1000)], 100)


@pytest.mark.parametrize(
    "text, least, most",
    [
        ("", 0, 0),
        ("def f(x):\n    return x + 1\n", 10, 16),
        ("函数返回这个值", 5, 8),
        ("1234567", 7, 7),
        ("    " * 20 + "x", 2, 2),
        ("😀😀", 2, 6),
    ],
)
def test_tokens_are_estimated_for_code_and_chinese(text: str, least: int, most: int) -> None:
    assert least <= n_tokens(text) <= most


def test_a_fence_is_longer_than_those_inside() -> None:
    assert fenced("x\n", "python") == "```python\nx\n```"
    assert fenced("```\nx\n```", "markdown") == "````markdown\n```\nx\n```\n````"


@pytest.mark.parametrize("name", FILES)
def test_every_prompt_file_leaves_out_the_sections_that_have_nothing_to_say(name: str) -> None:
    class Nothing(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return ""

    sections = prompt.SECTION.split(prompt._template(name))
    for section in sections:
        filled = prompt._filled(section, Nothing())
        assert "$" not in filled


def test_the_users_text_is_never_taken_for_a_placeholder_or_a_heading() -> None:
    text = "$instruction costs $5\n## heading"
    parts = [Part("one", text), Part("two", "x")]
    template = "Do it.\n\n## One\n\n$one\n\n## Two\n\n$two"
    filled = [
        prompt._filled(section, {part.name: part.text for part in parts})
        for section in prompt.SECTION.split(template)
    ]
    assert filled == ["Do it.", f"## One\n\n{text}", "## Two\n\nx"]


def test_a_reply_that_repeats_its_selection_is_given_room_for_it() -> None:
    assert replies.sampling("x = 1\n", Sampling()).max_tokens == N_REPLY
    text = "value = 1\n" * 4000
    longer = replies.sampling(text, PROSE)
    assert (longer.max_tokens or 0) > n_tokens(text)
    assert longer.task == "prose"


def _composed(quoted: str, instruction: str = "Shorter.") -> str:
    """A task on a file of 2,000 lines of which the window holds those next to the selection."""
    lines = [f"line {n} = {n}\n" for n in range(2000)]
    material = Material(
        "material",
        (
            Part("file", "a.py"),
            Part("related", "", rank=4),
            Part("before", "".join(lines[:1000]), rank=2, keep="end", language="python"),
            Part("after", "".join(lines[1001:]), rank=3, language="python"),
            Part("cursor", lines[1000], rank=1, language="python"),
            Part("function", ""),
            Part("selection", ""),
        ),
    )
    task = (
        Part("quoted", quoted, language="python", spare=True),
        Part("draft", "", 2),
        Part("what", "this"),
        Part("language", "English"),
        Part("instruction", instruction),
    )
    return compose(material, "explain", task, Room(4_096)).user


def test_what_is_spare_is_left_out_where_the_material_shows_it() -> None:
    assert _composed("line 995 = 995\nline 996 = 996\n").count("line 995") == 1
    assert _composed("line 4 = 4\nline 5 = 5\n").count("line 5 = 5\n") == 1
    assert "## The code to explain" in _composed("line 4 = 4\n")
    assert "## The code to explain" not in _composed("line 996 = 996\n")


def test_a_task_too_long_to_share_anything_shows_what_it_is_about() -> None:
    line = "line 940 = 940\n"
    assert "## The code to explain" not in _composed(line)
    asked = _composed(line, "Now. " * 800)
    assert f"## The code to explain\n\n```python\n{line}" in asked
    assert n_tokens(asked) < 4_096 - N_REPLY / 2
