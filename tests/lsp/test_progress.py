"""A job's stages in words."""

import pytest

from lsp_server.lsp.progress import WORDS, describe
from lsp_server.outcome import Writing


@pytest.mark.parametrize(
    ("language", "first", "later"),
    [
        ("en", "writing", "writing at 12.5 tokens/s, 2 s left"),
        ("zh", "正在书写", "正在书写，每秒 12.5 个词元，还需 2 s"),
    ],
)
def test_no_rate_is_told_before_there_is_one(language: str, first: str, later: str) -> None:
    words = WORDS[language]
    assert describe(Writing(1, 0.0, 50), words) == (first, 2)
    assert describe(Writing(25, 12.5, 50), words) == (later, 50)
