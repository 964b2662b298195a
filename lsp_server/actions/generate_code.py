"""Generate code from a comment, a TODO, a stub, or an instruction; continue prose.

A stub is a function without a body worth the name, its docstring aside: the new body replaces it.
A comment is an instruction where the cursor is in it or on the blank line below; the code comes
below it, and the comment stays. Docs of definitions and abstract methods ask for nothing. An
instruction without either is followed at the cursor: on its line if that is blank, else below.

In prose the text goes on from the cursor: by the instruction, by a comment, or by what stands
above. There is no draft: what a comment asks for, syntax cannot know.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from lsp_server.actions import layout, replies
from lsp_server.actions.insertion import Insertion, at_cursor, below
from lsp_server.actions.material import material, pointed, shared
from lsp_server.actions.offer import Action, Context, InDocument, Offer, Step
from lsp_server.actions.stubs import Stub, stub_at
from lsp_server.actions.voice import reply_language
from lsp_server.checks.names import names_resolve
from lsp_server.checks.parses import parses
from lsp_server.prompt import PROSE, Part, Prompt, Room, compose
from lsp_server.reply import BodyOnly, Factory
from lsp_server.syntax import comments, symbols
from lsp_server.text import Snapshot, Span

CONTINUE = "Continue the text from here: write what the outline or the text above leads to."
SUMMARIES = {"en": "Generated code.", "zh": "已生成代码。"}
PROSE_SUMMARIES = {"en": "Wrote on.", "zh": "已续写。"}


def offer(ctx: Context) -> Offer | None:
    if layout.is_prose(ctx.snapshot.language):
        return _prose(ctx)
    stub = stub_at(ctx.snapshot, ctx.selection)
    if stub is not None:
        return _offer(ctx, lambda: (_stub_step(ctx, stub),))
    place, instruction = _place(ctx)
    if place is None or not instruction:
        return None
    return _offer(ctx, lambda: (_code_step(ctx, place, instruction),))


def _offer(ctx: Context, steps: Callable[[], tuple[Step, ...]]) -> Offer:
    summary = SUMMARIES[reply_language(ctx.style)]
    return Offer(steps, (parses, names_resolve), summary=summary, shared=partial(shared, ctx))


def _place(ctx: Context) -> tuple[Insertion | None, str]:
    """Where code is asked for, and what it shall do."""
    comment = _asking_comment(ctx)
    if comment is not None:
        text = ctx.instruction or comments.TODO.sub("", comment.text).strip()
        return below(ctx.snapshot, comment.span), text
    if ctx.instruction and not len(ctx.selection):
        return at_cursor(ctx.snapshot, ctx.selection.start), ctx.instruction
    return None, ""


def _asking_comment(ctx: Context) -> comments.Comment | None:
    """The comment that the cursor or selection is in, or on the blank line below."""
    snapshot, selection = ctx.snapshot, ctx.selection
    found = comments.at(snapshot.language, snapshot.text, selection)
    if found is None or _is_doc(snapshot, found.span):
        return None
    lines = snapshot.whole_lines(found.span)
    if len(selection):
        return found if lines.contains(selection) else None
    on_comment = lines.start <= selection.start < lines.end or selection.start <= found.span.end
    line = snapshot.line_span(snapshot.line_at(selection.start))
    is_blank_below = line.start >= lines.end and not line.of(snapshot.text).strip()
    return found if on_comment or is_blank_below else None


def _is_doc(snapshot: Snapshot, span: Span) -> bool:
    found = symbols.near(snapshot.language, snapshot.text, span)
    return any(each.doc_span and each.doc_span.overlaps(span) for each in found)


def _code_step(ctx: Context, place: Insertion, instruction: str) -> Step:
    shape = replies.Shape(ctx.snapshot.language, place.margin, _unit(ctx), place.ending)
    return Step(
        InDocument(place.span),
        partial(_prompt, ctx, place.span, instruction),
        adapters=replies.code(shape),
        head=place.head,
    )


def _stub_step(ctx: Context, stub: Stub) -> Step:
    language = ctx.snapshot.language
    shape = replies.Shape(language, stub.margin, _unit(ctx), stub.ending)
    body: Factory = partial(BodyOnly, stub.name, language, stub.doc)
    return Step(
        InDocument(stub.span),
        partial(_stub_prompt, ctx, stub),
        adapters=replies.code(shape, "", body),
        head=stub.head,
        tail=stub.tail,
    )


def _unit(ctx: Context) -> str:
    return layout.indent_unit(ctx.snapshot.language, ctx.snapshot.text)


def _prompt(ctx: Context, span: Span, instruction: str, room: Room) -> Prompt:
    return compose(material(ctx), "generate_code", _task(ctx, span, instruction), room)


def _task(ctx: Context, span: Span, instruction: str) -> tuple[Part, ...]:
    place = layout.excerpt(ctx.snapshot, span)
    return (
        Part("place", place, language=ctx.snapshot.language),
        Part("here", layout.HERE),
        Part("instruction", instruction),
    )


def _stub_prompt(ctx: Context, stub: Stub, room: Room) -> Prompt:
    whole = ctx.snapshot.whole_lines(stub.whole)
    shown, (_, quoted) = pointed(ctx, whole)
    task = (quoted, Part("name", stub.name), Part("instruction", ctx.instruction or ""))
    prompt = compose(shown, "generate_body", task, room)
    # The signature and the docstring come again; how long the body will be, nobody knows.
    return replace(prompt, prediction=layout.lf(whole.of(ctx.snapshot.text)))


def _prose(ctx: Context) -> Offer | None:
    """Go on writing at the cursor; not inside a fence, where the text is code."""
    snapshot = ctx.snapshot
    above = snapshot.text[: ctx.selection.start]
    if len(ctx.selection) or layout.fence_around(layout.lf(above)) is not None:
        return None
    comment = comments.at(snapshot.language, snapshot.text, ctx.selection)
    place, asked = at_cursor(snapshot, ctx.selection.start), ctx.instruction
    if comment is not None and comments.is_block(snapshot.text, comment.span.start):
        place, asked = below(snapshot, comment.span), asked or comment.text
    if asked is None and (not place.is_blank_line or not above.strip()):
        return None
    summary = PROSE_SUMMARIES[reply_language(ctx.style)]
    steps = partial(_prose_steps, ctx, place, asked or CONTINUE)
    return Offer(steps, summary=summary, shared=partial(shared, ctx))


def _prose_steps(ctx: Context, place: Insertion, instruction: str) -> tuple[Step, ...]:
    step = Step(
        InDocument(place.span),
        partial(_prose_prompt, ctx, place.span, instruction),
        adapters=replies.prose(ending=place.ending),
        sampling=PROSE,
        head=place.head,
    )
    return (step,)


def _prose_prompt(ctx: Context, span: Span, instruction: str, room: Room) -> Prompt:
    return compose(material(ctx), "write_prose", _task(ctx, span, instruction), room)


ACTION = Action(
    id="generateCode",
    titles={"en": "Generate code or text here", "zh": "在此生成代码或文字"},
    kind="refactor.rewrite.generateCode",
    offer=offer,
)
