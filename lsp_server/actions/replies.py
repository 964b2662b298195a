"""The adapters that replies pass: one row for code, one for prose.

They hold in this order: what is not the answer goes first, then what repeats, then what wraps
it; indentation comes after the wrapping, blank ends last.
"""

from functools import partial
from typing import Literal

from lsp_server.reply import (
    DropPreamble,
    DropThinking,
    Factory,
    MarkdownUnfenced,
    NoLoops,
    Reindented,
    StopAtEndOfCode,
    Trimmed,
    Unfenced,
    WholeLines,
)


def code(
    language: str,
    margin: str,
    unit: str,
    *,
    original: str = "",
    asked: Literal["definition", "any"] = "any",
    ending: str = "\n",
) -> tuple[Factory, ...]:
    """Adapters for a reply that is code: it stands at `margin` and ends with `ending`."""
    return (
        DropThinking,
        partial(NoLoops, original),
        partial(Unfenced, language),
        partial(StopAtEndOfCode, language, asked),
        partial(Reindented, margin, unit, language),
        partial(Trimmed, ending),
        WholeLines,
    )


def prose(original: str = "", ending: str = "\n") -> tuple[Factory, ...]:
    """Adapters for a reply that is Markdown or plain text."""
    return (
        DropThinking,
        partial(NoLoops, original),
        partial(MarkdownUnfenced, original),
        partial(DropPreamble, original),
        partial(Trimmed, ending),
        WholeLines,
    )
