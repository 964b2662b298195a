"""Edit the selected code or prose by an instruction.

The instruction comes with the command, or from the comment at the start of the selection or just
above it, for clients that cannot ask; such a comment stays as it is. Whole lines are replaced.
Prose without an instruction is improved; code without one is not touched. An empty selection
stands for the definition or paragraph around the cursor, if there is an instruction.

A selection inside a fence of a Markdown document is code in the fence's language.
"""

import re
from functools import partial

from lsp_server.actions import layout, replies
from lsp_server.actions.material import pointed, shared
from lsp_server.actions.offer import Action, Context, Disabled, InDocument, Offer, Step
from lsp_server.actions.voice import reply_language
from lsp_server.checks.parses import parses
from lsp_server.prompt import PROSE, Part, Prompt, Room, Sampling, compose
from lsp_server.syntax import comments, symbols
from lsp_server.text import Snapshot, Span

IMPROVE = "Improve the writing: correct it, make it clear and concise."
NO_INSTRUCTION = {
    "en": "Say what to change: give an instruction, or write it as a comment above the selection.",
    "zh": "请说明要改什么：给出指令，或在选中内容上方用注释写明。",
}
SUMMARIES = {"en": "Edited the selection.", "zh": "已改写选中内容。"}


def offer(ctx: Context) -> Offer | Disabled | None:
    span = _target(ctx)
    if span is None:
        return None
    language = layout.language_at(ctx.snapshot, span)
    written = _comment(ctx.snapshot, span)
    instruction = ctx.instruction or (written[0] if written else None)
    if instruction is None and not layout.is_prose(language):
        return Disabled(NO_INSTRUCTION)
    if written and not ctx.instruction:
        span = Span(min(max(span.start, written[1]), span.end), span.end)
    if not span.of(ctx.snapshot.text).strip():
        return Disabled(NO_INSTRUCTION)
    checks = () if layout.is_prose(ctx.snapshot.language) else (parses,)
    steps = partial(_steps, ctx, span, language, instruction or IMPROVE)
    summary = SUMMARIES[reply_language(ctx.style)]
    return Offer(steps, checks, summary=summary, shared=partial(shared, ctx))


def _steps(ctx: Context, span: Span, language: str, instruction: str) -> tuple[Step, ...]:
    selected = layout.lf(span.of(ctx.snapshot.text))
    ending = layout.ending(selected)
    prompt = partial(_prompt, ctx, span, language, instruction)
    if layout.is_prose(language):
        adapters = replies.prose(selected, ending)
        return (
            Step(
                InDocument(span),
                prompt,
                adapters=adapters,
                sampling=replies.sampling(selected, PROSE),
            ),
        )
    unit = layout.indent_unit(language, ctx.snapshot.text)
    shape = replies.Shape(language, layout.margin(selected), unit, ending)
    adapters = replies.code(shape, selected)
    return (
        Step(
            InDocument(span),
            prompt,
            adapters=adapters,
            sampling=replies.sampling(selected, Sampling()),
        ),
    )


def _prompt(ctx: Context, span: Span, language: str, instruction: str, room: Room) -> Prompt:
    shown, target = pointed(ctx, span)
    name = "edit_prose" if layout.is_prose(language) else "edit_selection"
    prompt = compose(shown, name, (*target, Part("instruction", instruction)), room)
    return replies.repeating(prompt, layout.lf(span.of(ctx.snapshot.text)))


def _target(ctx: Context) -> Span | None:
    """The whole lines to replace; None where nothing is selected and nothing is asked."""
    snapshot, selection = ctx.snapshot, ctx.selection
    if selection.of(snapshot.text).strip():
        return snapshot.whole_lines(selection)
    if len(selection) or not ctx.instruction:
        return None
    symbol = symbols.enclosing(snapshot.language, snapshot.text, selection)
    if symbol is not None:
        return snapshot.whole_lines(symbol.span)
    return layout.paragraph(snapshot, selection) or None


def _comment(snapshot: Snapshot, span: Span) -> tuple[str, int] | None:
    """What the comment at the start of `span` or right above says, and where code follows it."""
    text = snapshot.text
    start = span.start + len(span.of(text)) - len(span.of(text).lstrip())
    found = comments.at(snapshot.language, text, Span(start, start))
    if found is None or not found.text.strip():
        return None
    lines = snapshot.whole_lines(found.span)
    if text[lines.start : found.span.start].strip() or text[found.span.end : lines.end].strip():
        return None
    return re.sub(comments.TODO, "", found.text).strip(), lines.end


ACTION = Action(
    id="editSelection",
    titles={"en": "Edit the selection", "zh": "改写选中内容"},
    kind="refactor.rewrite.edit",
    offer=offer,
)
