"""Explain code: the selection, else the function or class around the cursor, else the file.

Offered wherever there is text. The explanation streams into a Markdown document beside the code
and changes nothing. The draft is read off the syntax tree (`explanation/`); a language without a
grammar has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lsp_server.actions import layout, material
from lsp_server.actions.explanation.code import explained_code, explained_symbol
from lsp_server.actions.explanation.file import explained_file, explained_selection
from lsp_server.actions.flow import quoted
from lsp_server.actions.offer import Action, Context, Offer, Scratch, Step
from lsp_server.actions.replies import prose
from lsp_server.actions.voice import asked_language, reply_language, said
from lsp_server.prompt import PROSE, Part, Prompt, Room, compose
from lsp_server.syntax import symbols
from lsp_server.syntax.grammars import WHEELS
from lsp_server.syntax.shape import CALLABLES, TYPES, Symbol
from lsp_server.text import Span

_SHOWN = CALLABLES | TYPES


@dataclass(frozen=True, slots=True)
class Target:
    """What is explained. `draft` gives the lines below the heading in a language.

    `name` stands in the title of the explanation as Markdown, `what` in the prompt.
    """

    name: str
    what: str
    span: Span
    draft: Callable[[str], list[str]] | None


def offer(ctx: Context) -> Offer | None:
    if not ctx.snapshot.text.strip():
        return None
    target = _target(ctx)
    language = reply_language(ctx.style)
    return Offer(
        steps=lambda: (_step(ctx, target),),
        has_draft=target.draft is not None,
        summary=said(language, f"Explained {target.what}.", f"已解释 {target.name}。"),
        shared=partial(material.shared, ctx),
    )


def _target(ctx: Context) -> Target:
    text, selection = ctx.snapshot.text, ctx.selection
    selected = selection.of(text).strip()
    if selected == text.strip():
        return _of_file(ctx)
    if selected:
        return _selected(ctx)
    symbol = _around(ctx, selection)
    return _of_file(ctx) if symbol is None else _of_symbol(ctx, symbol)


def _of_file(ctx: Context) -> Target:
    language, text = ctx.snapshot.language, ctx.snapshot.text
    name = ctx.path.name if ctx.path else said(reply_language(ctx.style), "This file", "此文件")
    has_tree = language in WHEELS
    draft = (lambda voice: explained_file(language, text, name, voice)) if has_tree else None
    return Target(quoted(name), f"the file {quoted(name)}", Span(0, len(text)), draft)


def _around(ctx: Context, span: Span) -> Symbol | None:
    """Asked of the tree alone: the menu is opened often, and a file's symbols are many."""
    found = symbols.enclosing(ctx.snapshot.language, ctx.snapshot.text, span)
    return found if found is not None and found.kind in _SHOWN else None


def _of_symbol(ctx: Context, symbol: Symbol) -> Target:
    language, text = ctx.snapshot.language, ctx.snapshot.text
    return Target(
        quoted(symbol.qualified_name),
        quoted(symbol.qualified_name),
        symbol.span,
        lambda voice: explained_symbol(language, text, symbol, voice),
    )


def _selected(ctx: Context) -> Target:
    """One definition, several, or statements within one."""
    language, text = ctx.snapshot.language, ctx.snapshot.text
    selection = layout.trimmed(ctx.snapshot, ctx.selection)
    every = symbols.symbols(language, text)
    named = [each for each in every if selection.contains(each.name_span)]
    inside = [each for each in named if each.kind in _SHOWN]
    if inside and all(inside[0].span.contains(each.span) for each in inside):
        return _of_symbol(ctx, inside[0])
    name, what = _called(ctx, selection)
    if inside:
        many = explained_selection
        return Target(name, what, selection, lambda voice: many(language, text, inside, voice))
    around = _around(ctx, selection)
    code = explained_code(language, text, around, selection) if language in WHEELS else None
    return Target(name, what, selection, code)


def _called(ctx: Context, selection: Span) -> tuple[str, str]:
    """The lines as the explanation's title and as the prompt names them."""
    first, last = (ctx.snapshot.line_at(at) + 1 for at in (selection.start, selection.end))
    lines = f"{first}–{last}" if first < last else str(first)
    many = "s" if first < last else ""
    name = said(reply_language(ctx.style), f"Line{many} {lines}", f"第 {lines} 行")
    return name, f"the selected line{many} {lines}"


def _step(ctx: Context, target: Target) -> Step:
    voice = reply_language(ctx.style)
    name = target.name.strip("`")
    title = said(voice, f"Explanation of {name}", f"{name} 的解释")
    return Step(
        place=Scratch(title),
        prompt=lambda room: _prompt(ctx, target, room),
        draft=(lambda: _draft(target, voice)) if target.draft else None,
        adapters=prose(),
        sampling=PROSE,
    )


def _draft(target: Target, voice: str) -> str:
    assert target.draft, "a draft is asked for where there is one"
    return "\n".join([f"# {target.name}", "", *target.draft(voice), ""])


def _prompt(ctx: Context, target: Target, room: Room) -> Prompt:
    draft = "\n".join(target.draft("en")) if target.draft else ""
    is_file = len(target.span) == len(ctx.snapshot.text)
    task = (
        Part("quoted", "") if is_file else material.quoted(ctx, target.span),
        Part("draft", draft, 2),
        Part("what", target.what),
        Part("language", asked_language(ctx.style)),
        Part("instruction", ctx.instruction or ""),
    )
    return compose(material.material(ctx), "explain", task, room)


ACTION = Action("explain", {"en": "Explain", "zh": "解释"}, "source.explain", offer)
