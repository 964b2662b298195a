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
from lsp_server.actions.offer import Action, Context, Disabled, InDocument, Offer, Step
from lsp_server.actions.voice import reply_language
from lsp_server.checks.parses import parses
from lsp_server.project.related import related
from lsp_server.prompt import PROSE, Part, Prompt, Sampling, compose
from lsp_server.reply.fences import FENCE
from lsp_server.syntax import comments, symbols
from lsp_server.text import Snapshot, Span

IMPROVE = "Improve the writing: correct it, make it clear and concise."
NO_INSTRUCTION = {
    "en": "Say what to change: give an instruction, or write it as a comment above the selection.",
    "zh": "请说明要改什么：给出指令，或在选中内容上方用注释写明。",
}
SUMMARIES = {"en": "Edited the selection.", "zh": "已改写选中内容。"}
N_RELATED = 4000
FENCED_LANGUAGES = {"py": "python", "js": "javascript", "ts": "typescript", "rs": "rust"}


def offer(ctx: Context) -> Offer | Disabled | None:
    span = _target(ctx)
    if span is None:
        return None
    language = _language(ctx.snapshot, span)
    written = _comment(ctx.snapshot, span)
    instruction = ctx.instruction or (written[0] if written else None)
    if instruction is None and not layout.is_prose(language):
        return Disabled(NO_INSTRUCTION)
    if written and not ctx.instruction:
        span = Span(max(span.start, written[1]), span.end)
    if not span.of(ctx.snapshot.text).strip():
        return Disabled(NO_INSTRUCTION)
    checks = () if layout.is_prose(ctx.snapshot.language) else (parses,)
    steps = partial(_steps, ctx, span, language, instruction or IMPROVE)
    return Offer(steps, checks, summary=SUMMARIES[reply_language(ctx.style)])


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


def _prompt(ctx: Context, span: Span, language: str, instruction: str, room: int) -> Prompt:
    selected = layout.lf(span.of(ctx.snapshot.text))
    is_prose = layout.is_prose(language)
    parts = [
        *layout.around(ctx.snapshot, span),
        Part("file", layout.file_name(ctx.snapshot)),
        Part("selection", selected, language=language),
        Part("instruction", instruction),
    ]
    if not is_prose:
        used = related(ctx.project, ctx.snapshot, span, N_RELATED)
        parts.append(Part("related", used, rank=4, language=language))
    return compose("edit_prose" if is_prose else "edit_selection", parts, room, selected)


def _target(ctx: Context) -> Span | None:
    """The whole lines to replace; None where nothing is selected and nothing is asked."""
    snapshot, selection = ctx.snapshot, ctx.selection
    if selection.of(snapshot.text).strip():
        return snapshot.whole_lines(selection)
    if len(selection) or not ctx.instruction:
        return None
    symbol = symbols.enclosing(snapshot.language, snapshot.text, selection)
    return snapshot.whole_lines(symbol.span) if symbol else _paragraph(snapshot, selection)


def _paragraph(snapshot: Snapshot, cursor: Span) -> Span | None:
    """The lines around the cursor up to the next blank ones."""
    first = last = snapshot.line_at(cursor.start)
    if not _filled(snapshot, first):
        return None
    while first and _filled(snapshot, first - 1):
        first -= 1
    while last + 1 < len(snapshot.line_starts) and _filled(snapshot, last + 1):
        last += 1
    return Span(snapshot.line_span(first).start, snapshot.line_span(last).end)


def _filled(snapshot: Snapshot, line: int) -> bool:
    return bool(snapshot.line_span(line).of(snapshot.text).strip())


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


def _language(snapshot: Snapshot, span: Span) -> str:
    """The document's language, or that of the fence around `span` in Markdown."""
    if snapshot.language != "markdown":
        return snapshot.language
    info = fence_around(layout.lf(snapshot.text[: span.start]))
    if info is None or FENCE.search(layout.lf(span.of(snapshot.text)).rstrip("\n")):
        return snapshot.language
    name = (info.split() or [""])[0].lower()
    return FENCED_LANGUAGES.get(name, name) or "plaintext"


def fence_around(before: str) -> str | None:
    """The info string of the fence that is still open behind `before`; None outside fences."""
    marks, info = "", None
    for line in before.split("\n"):
        fence = FENCE.match(line)
        if fence and not marks:
            marks, info = fence["marks"], fence["info"].strip()
        elif fence and fence["marks"].startswith(marks) and not fence["info"].strip():
            marks, info = "", None
    return info


ACTION = Action(
    id="editSelection",
    titles={"en": "Edit the selection", "zh": "改写选中内容"},
    kind="refactor.rewrite.edit",
    offer=offer,
)
