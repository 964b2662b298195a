"""Fix what a diagnostic under the cursor reports.

What is rewritten is the smallest piece that gives it context: the function around it, or, where
that is large or there is none, the lines around it up to the next blank ones; a little more if
the model has that before its eyes already. Diagnostics beside that piece are left to another run.

The draft removes unused imports (`unused.py`): there syntax alone decides.
"""

from functools import partial

from lsp_server.actions import layout, replies
from lsp_server.actions.material import pointed, shared, widened
from lsp_server.actions.offer import Action, Context, Diagnostic, InDocument, Offer, Step
from lsp_server.actions.unused import without_unused_imports
from lsp_server.actions.voice import reply_language
from lsp_server.checks.names import names_resolve
from lsp_server.checks.parses import parses
from lsp_server.prompt import Part, Prompt, Room, Sampling, compose
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import CALLABLES
from lsp_server.text import Snapshot, Span

MAX_LINES = 80
N_LINES_AROUND = 12


def offer(ctx: Context) -> Offer | None:
    snapshot = ctx.snapshot
    lines = snapshot.whole_lines(ctx.selection)
    found = tuple(each for each in ctx.diagnostics if each.span.overlaps(lines))
    if not found:
        return None
    unused = without_unused_imports(snapshot, found)
    span = unused[0] if unused else _target(ctx, found)
    inside = tuple(each for each in found if span.overlaps(each.span))
    step = partial(_step, ctx, span, inside, unused[1] if unused else None)
    return Offer(
        lambda: (step(),),
        (parses, names_resolve),
        has_draft=unused is not None,
        summary=_summary(ctx, inside[0]),
        shared=partial(shared, ctx),
    )


def _step(
    ctx: Context, span: Span, found: tuple[Diagnostic, ...], without_unused: str | None
) -> Step:
    language, text = ctx.snapshot.language, layout.lf(span.of(ctx.snapshot.text))
    unit = layout.indent_unit(language, ctx.snapshot.text)
    shape = replies.Shape(language, layout.margin(text), unit, layout.ending(text))
    return Step(
        InDocument(span),
        partial(_prompt, ctx, span, found),
        draft=None if without_unused is None else lambda: without_unused,
        adapters=replies.code(shape, text),
        sampling=replies.sampling(text, Sampling()),
    )


def _prompt(ctx: Context, span: Span, found: tuple[Diagnostic, ...], room: Room) -> Prompt:
    problems = "\n".join(f"- {_told(ctx.snapshot, span, each)}" for each in found)
    material, target = pointed(ctx, span)
    asked = (Part("problems", problems), Part("instruction", ctx.instruction or ""))
    prompt = compose(material, "fix", (*target, *asked), room)
    return replies.repeating(prompt, layout.lf(span.of(ctx.snapshot.text)))


def _told(snapshot: Snapshot, span: Span, diagnostic: Diagnostic) -> str:
    """Line within the code shown, the code there, the message and who says it."""
    line = snapshot.line_at(diagnostic.span.start) - snapshot.line_at(span.start) + 1
    marked = " ".join(diagnostic.span.of(snapshot.text).split())[:120]
    place = f"line {max(line, 1)}" + (f", at `{marked}`" if marked else "")
    source = " ".join(each for each in (diagnostic.source, diagnostic.code) if each)
    return f"{place}: {diagnostic.message}" + (f" ({source})" if source else "")


def _summary(ctx: Context, diagnostic: Diagnostic) -> str:
    """Whether the report is gone, only who made it can say."""
    first = diagnostic.message.strip().partition("\n")[0]
    shown = first if len(first) <= 100 else f"{first[:99]}…"
    is_chinese = reply_language(ctx.style) == "zh"
    return f"已针对此问题改写：{shown}" if is_chinese else f"Rewritten because of: {shown}"


def _target(ctx: Context, found: tuple[Diagnostic, ...]) -> Span:
    """The function around the first diagnostic, or the lines around it."""
    snapshot = ctx.snapshot
    first = layout.trimmed(snapshot, found[0].span)
    symbol = symbols.enclosing(snapshot.language, snapshot.text, first)
    if symbol is not None and symbol.kind in CALLABLES:
        whole = snapshot.whole_lines(symbol.span)
        if snapshot.line_at(max(whole.end - 1, 0)) - snapshot.line_at(whole.start) < MAX_LINES:
            return whole
    return widened(ctx, _lines_around(snapshot, first))


def _lines_around(snapshot: Snapshot, span: Span) -> Span:
    """Up to the next blank lines, `N_LINES_AROUND` on either side at most."""
    first, last = snapshot.line_at(span.start), snapshot.line_at(max(span.end - 1, span.start))
    low, high = first, last
    while low > max(0, first - N_LINES_AROUND) and _filled(snapshot, low - 1):
        low -= 1
    top = min(len(snapshot.line_starts) - 1, last + N_LINES_AROUND)
    while high < top and _filled(snapshot, high + 1):
        high += 1
    return Span(snapshot.line_span(low).start, snapshot.line_span(high).end)


def _filled(snapshot: Snapshot, line: int) -> bool:
    return bool(snapshot.line_span(line).of(snapshot.text).strip())


ACTION = Action(
    id="fix",
    titles={"en": "Fix this problem", "zh": "修复此问题"},
    kind="quickfix.penna",
    offer=offer,
)
