"""What one definition, or some statements within one, do, as Markdown."""

from collections.abc import Callable

from lsp_server.actions.explanation.calls import top_level
from lsp_server.actions.explanation.function import explained_function, joined, titled
from lsp_server.actions.explanation.steps import steps
from lsp_server.actions.explanation.types import explained_type
from lsp_server.actions.flow import quoted
from lsp_server.actions.voice import said
from lsp_server.prompt import fenced
from lsp_server.syntax.outline import Item, outline
from lsp_server.syntax.shape import CALLABLES, Symbol
from lsp_server.text import Span


def explained_symbol(language: str, text: str, symbol: Symbol, voice: str) -> list[str]:
    """The signature, then what is inside."""
    signature = fenced(symbol.signature_span.of(text).rstrip(), language).split("\n")
    if symbol.kind in CALLABLES:
        return [*signature, "", *explained_function(language, text, symbol, voice)]
    return [*signature, "", *explained_type(language, text, symbol, voice)]


def explained_code(
    language: str, text: str, around: Symbol | None, selection: Span
) -> Callable[[str], list[str]] | None:
    """The statements that the selection touches; None where it touches none."""
    items = outline(language, text, around) if around else top_level(language, text)
    touched = _touched(items, selection)
    if not touched:
        return None
    return lambda voice: _statements(around, touched, voice)


def _statements(around: Symbol | None, touched: tuple[Item, ...], voice: str) -> list[str]:
    place = quoted(around.qualified_name) if around else said(voice, "the file", "文件")
    opening = said(voice, f"These lines are part of {place}.", f"这些行属于 {place}。")
    return joined(([opening], titled(said(voice, "What they do", "做什么"), steps(touched, voice))))


def _touched(items: tuple[Item, ...], selection: Span) -> tuple[Item, ...]:
    """The statements that share a character with the selection, from as deep as it lies."""
    touched = tuple(
        item
        for item in items
        if item.span.start < selection.end and selection.start < item.span.end
    )
    if len(touched) == 1 and touched[0].items:
        return (
            _touched(touched[0].items, selection) if _is_within(touched[0], selection) else touched
        )
    return touched


def _is_within(item: Item, selection: Span) -> bool:
    """Whether the selection lies in the item's body and leaves its head out."""
    return item.items[0].span.start <= selection.start
