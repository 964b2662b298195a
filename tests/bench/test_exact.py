"""Prompts of an exact number of tokens."""

import re

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.bench.client import Messages
from lsp_server.bench.exact import cut
from lsp_server.bench.prompts import Wanted, asked_otherwise, selection_alone

TEMPLATE = 9


def words(text: str) -> int:
    """A tokenizer of words and signs, with the tokens of a template around them."""
    return TEMPLATE + len(re.findall(r"\w+|[^\w\s]", text))


@given(st.text("ab _(\n.", min_size=300, max_size=900), st.integers(1, 400))
def test_a_prompt_has_as_many_tokens_as_were_wanted_or_nearly(body: str, n: int) -> None:
    made = cut(body, "\n\nExplain it.", n, words)
    assert made.endswith("\n\nExplain it.")
    assert body.startswith(made.removesuffix("\n\nExplain it."))
    least, most = words("\n\nExplain it."), words(body + "\n\nExplain it.")
    if n >= least:
        assert words(made) == min(n, most)


def test_a_prompt_that_cannot_be_so_short_is_the_shortest() -> None:
    assert cut("some text", " end", 3, words) == " end"


def test_another_action_on_the_same_selection_begins_alike() -> None:
    from lsp_server.bench.prompts import EXPLAIN

    messages = Messages("system", "code" + EXPLAIN)
    assert selection_alone(messages) == Messages("system", "code")
    other = asked_otherwise(messages)
    assert other.user.startswith("code\n\n")
    assert other != messages
    assert Wanted(5) != Wanted(5, has_system=True)
