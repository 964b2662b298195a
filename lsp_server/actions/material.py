"""What every action on one selection shows the model first, in the same words and the same order.

It depends on the document and the selection alone, not on what is asked, so that a model that has
read it for one action has read it for all. What is shown of the selection: with a cursor, the
definition or paragraph that it is in; else the selected lines, and where they are a small part of
one function, that function too, because actions on functions are offered there. Lines are whole.

An action that means other lines than these quotes them in its task (`pointed`), where it cannot
name them.
"""

from dataclasses import dataclass

from lsp_server.actions import layout
from lsp_server.actions.offer import Context
from lsp_server.project.related import related
from lsp_server.prompt import Material, Part, Prompt, Room
from lsp_server.prompt import shared as shared_prompt
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import CALLABLES, TYPES
from lsp_server.text import Snapshot, Span

MAX_LINES_AROUND = 80
N_RELATED = 4000
QUOTED = "the lines quoted here"
MOST_WIDENED = 1.5
"""Times the length: a model reads five tokens while it writes one, of which drafts save half."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`whole` is all that is shown apart from the file; `selected` a part of it, or the same.

    With a cursor there is nothing selected. Both may be empty, on a blank line.
    """

    whole: Span
    selected: Span | None

    def contains(self, span: Span) -> bool:
        return bool(len(self.whole)) and self.whole.contains(span)

    def name(self, span: Span) -> str | None:
        """What a task calls these lines; None if they are not one of the pieces shown."""
        if span == self.selected:
            return "the selection above"
        if span != self.whole or not len(span):
            return None
        at_cursor = self.selected is None
        return "the part at the cursor above" if at_cursor else "the function above"


def shown(snapshot: Snapshot, selection: Span) -> Shown:
    if not selection.of(snapshot.text).strip():
        cursor = Span(selection.start, selection.start)
        return Shown(_definition(snapshot, cursor) or layout.paragraph(snapshot, cursor), None)
    lines = snapshot.whole_lines(selection)
    around = symbols.enclosing(
        snapshot.language, snapshot.text, layout.trimmed(snapshot, selection)
    )
    if around is not None and around.kind in CALLABLES:
        whole = snapshot.whole_lines(around.span)
        if whole.contains(lines) and _n_lines(snapshot, whole) <= MAX_LINES_AROUND:
            return Shown(whole, lines)
    return Shown(lines, lines)


def material(ctx: Context) -> Material:
    snapshot, there = ctx.snapshot, shown(ctx.snapshot, ctx.selection)
    language = layout.language_at(snapshot, there.whole)
    used = related(ctx.project, snapshot, there.whole, N_RELATED)
    before, after = layout.around(snapshot, there.whole)
    whole, selected = (_text(snapshot, each) for each in (there.whole, there.selected))
    is_part = there.selected is not None and there.selected != there.whole
    parts = (
        Part("file", layout.file_name(snapshot)),
        Part("related", used, rank=4, language=snapshot.language),
        before,
        after,
        # A class may be longer than any window; its start says what it is.
        Part("cursor", "" if there.selected else whole, rank=1, language=language),
        Part("function", whole if is_part else "", language=language),
        Part("selection", selected, language=language),
    )
    return Material("material_prose" if layout.is_prose(snapshot.language) else "material", parts)


def shared(ctx: Context, room: Room) -> Prompt:
    """What a model may read before it is known which action is chosen."""
    return shared_prompt(material(ctx), room)


def pointed(ctx: Context, span: Span) -> tuple[Material, tuple[Part, Part]]:
    """For a task that rewrites the lines of `span`: `target` says which they are.

    `quoted` shows them where they cannot be named; what is named is never cut.
    """
    there = shown(ctx.snapshot, ctx.selection)
    name = there.name(span) or _function(ctx.snapshot, there, span)
    text = "" if name else _text(ctx.snapshot, span)
    quoted = Part("quoted", text, language=layout.language_at(ctx.snapshot, span))
    whole = material(ctx).whole() if name else material(ctx)
    return whole, (Part("target", name or QUOTED), quoted)


def widened(ctx: Context, span: Span) -> Span:
    """The smallest piece shown that holds `span`; `span` if it is much smaller than that.

    For a task that may as well rewrite a little more, so that nothing need be quoted.
    """
    there = shown(ctx.snapshot, ctx.selection)
    for piece in (there.selected, there.whole):
        if piece and piece.contains(span) and len(piece) <= MOST_WIDENED * len(span):
            return piece
    return span


def quoted(ctx: Context, span: Span, rank: int = 0) -> Part:
    """The text of `span`, unless it is shown above already: in one piece, or in a whole file."""
    there = shown(ctx.snapshot, ctx.selection)
    text = "" if there.contains(span) else _text(ctx.snapshot, span)
    return Part("quoted", text, rank, language=ctx.snapshot.language, spare=True)


def _definition(snapshot: Snapshot, cursor: Span) -> Span | None:
    found = symbols.enclosing(snapshot.language, snapshot.text, cursor)
    is_shown = found is not None and found.kind in CALLABLES | TYPES
    return snapshot.whole_lines(found.span) if found is not None and is_shown else None


def _function(snapshot: Snapshot, there: Shown, span: Span) -> str | None:
    """What a function inside the lines shown is called, if nothing else is called so."""
    found = symbols.enclosing(snapshot.language, snapshot.text, layout.trimmed(snapshot, span))
    if found is None or found.kind not in CALLABLES or not found.name or not there.contains(span):
        return None
    names = [each.qualified_name for each in symbols.symbols(snapshot.language, snapshot.text)]
    is_one = names.count(found.qualified_name) == 1
    is_whole = snapshot.whole_lines(found.span) == span
    return f"the function `{found.qualified_name}` above" if is_one and is_whole else None


def _n_lines(snapshot: Snapshot, span: Span) -> int:
    return snapshot.line_at(max(span.end - 1, 0)) - snapshot.line_at(span.start) + 1


def _text(snapshot: Snapshot, span: Span | None) -> str:
    return layout.lf(span.of(snapshot.text)) if span is not None else ""
