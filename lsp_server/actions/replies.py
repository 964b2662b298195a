"""The adapters that replies pass: one row for code, one for prose.

They hold in this order: what is not the answer goes first, then what repeats, then what wraps
it; indentation comes after the wrapping, blank ends last.
"""

from dataclasses import dataclass, replace
from functools import partial

from lsp_server.prompt import N_REPLY, Prompt, Sampling, n_tokens
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


@dataclass(frozen=True, slots=True)
class Shape:
    """How code shall stand: its first line at `margin`, steps of `unit`, `ending` behind it."""

    language: str
    margin: str = ""
    unit: str = "    "
    ending: str = "\n"


def code(shape: Shape, original: str = "", *inner: Factory) -> tuple[Factory, ...]:
    """Adapters for a reply that is code; `inner` ones see it unwrapped, before it is indented."""
    return (
        DropThinking,
        partial(NoLoops, original),
        partial(Unfenced, shape.language),
        partial(StopAtEndOfCode, shape.language),
        *inner,
        partial(Reindented, shape.margin, shape.unit, shape.language),
        partial(Trimmed, shape.ending),
        WholeLines,
    )


def sampling(original: str, base: Sampling) -> Sampling:
    """With room for a reply that repeats `original` and adds half of it.

    So a selection that the window cannot hold twice is refused before the model has read it,
    and not when its reply is cut off.
    """
    return replace(base, max_tokens=max(N_REPLY, n_tokens(original) * 3 // 2))


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


def repeating(prompt: Prompt, text: str) -> Prompt:
    """A prompt whose reply is `text` again, with a few changes."""
    return replace(prompt, prediction=text, n_expected=n_tokens(text))
