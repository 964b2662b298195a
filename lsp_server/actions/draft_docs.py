"""Draft docs: a docstring or doc comment for what lacks one.

Offered on a symbol, on a selection that holds symbols, and on the file where the cursor is on
none. One step a symbol, each an insertion; only where the user's instruction asks for it is an
existing doc replaced. The draft says what the syntax shows (`docs/gather.py`). Code cannot change:
the checks compare the tree without docs.
"""

import re
from dataclasses import dataclass, replace
from functools import partial

from lsp_server.actions import layout, material
from lsp_server.actions.docs.content import Doc
from lsp_server.actions.docs.form import Form, form_of, written
from lsp_server.actions.docs.gather import gather, parameters
from lsp_server.actions.docs.reply import DocText
from lsp_server.actions.docs.styles import CONVENTIONS, PYTHON_STYLES, Convention
from lsp_server.actions.docs.summary import Voice
from lsp_server.actions.docs.targets import (
    has_broken_signature,
    is_spoken_for,
    target_at,
    targets,
)
from lsp_server.actions.offer import Action, Context, Disabled, InDocument, Offer, Step
from lsp_server.actions.voice import language_name, reply_language
from lsp_server.checks.docs import documented_parameters_exist, only_docs_changed
from lsp_server.checks.parses import parses
from lsp_server.project.docstrings import detect_style
from lsp_server.project.workspace import Project
from lsp_server.prompt import Part, Prompt, Room, Sampling, compose
from lsp_server.reply import DropThinking, Newlines, NoLoops
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import TYPES, Symbol
from lsp_server.text import Snapshot, Span

HAS_DOC = Disabled(
    {
        "en": "This already has a doc. Give an instruction to have it rewritten.",
        "zh": "这里已有文档。若要改写，请给出指令。",
    }
)
SPOKEN_FOR = Disabled(
    {
        "en": "An overload or a setter is documented where its implementation or property is.",
        "zh": "重载和 setter 的文档应写在其实现或属性处。",
    }
)
BROKEN = Disabled(
    {
        "en": "The signature has a syntax error: mend it first.",
        "zh": "签名有语法错误，请先修正。",
    }
)
ALL_DOCUMENTED = Disabled(
    {
        "en": "Everything public here is documented.",
        "zh": "这里的公开定义都已有文档。",
    }
)
_MAX_REPLY_TOKENS = 1_024
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Task:
    """One symbol to document, and all that its step needs."""

    ctx: Context
    symbol: Symbol
    convention: Convention
    language: str

    @property
    def form(self) -> Form:
        return form_of(self.ctx.snapshot, self.symbol)


def offer(ctx: Context) -> Offer | Disabled | None:
    if ctx.snapshot.language != "python" and ctx.snapshot.language not in CONVENTIONS:
        return None
    one = target_at(ctx.snapshot, ctx.selection)
    if one is not None:
        return _offer_one(ctx, one)
    convention = _convention(ctx, Project())
    assert convention, "the language has one"
    found = targets(ctx.snapshot, ctx.selection, init_has_doc=convention.init_has_doc)
    if found.many:
        return _offer(ctx, found.many)
    return ALL_DOCUMENTED if found.n_seen else None


def _offer_one(ctx: Context, symbol: Symbol) -> Offer | Disabled:
    if is_spoken_for(symbol):
        return SPOKEN_FOR
    if symbol.doc_span is not None and not ctx.instruction:
        return HAS_DOC
    if has_broken_signature(ctx.snapshot, symbol):
        return BROKEN
    return _offer(ctx, (symbol,))


def _offer(ctx: Context, found: tuple[Symbol, ...]) -> Offer:
    is_one = len(found) == 1
    number = f"`{found[0].name}`" if is_one else f"{len(found)} symbols"
    in_chinese = f"`{found[0].name}`" if is_one else f" {len(found)} 处定义"
    is_chinese = reply_language(ctx.style) == "zh"
    return Offer(
        steps=lambda: _steps(ctx, found),
        checks=(parses, only_docs_changed, documented_parameters_exist),
        has_draft=all(symbol.doc_span is None for symbol in found),
        summary=f"已为{in_chinese}撰写文档。" if is_chinese else f"Documented {number}.",
        shared=partial(material.shared, ctx),
    )


def _steps(ctx: Context, found: tuple[Symbol, ...]) -> tuple[Step, ...]:
    convention = _convention(ctx, ctx.project)
    assert convention, "what is offered has a convention"
    language = _docs_language(ctx)
    return tuple(_step(_Task(ctx, symbol, convention, language)) for symbol in found)


def _convention(ctx: Context, project: Project) -> Convention | None:
    """The language's; in Python the project's, and constructors as the file already does it.

    An offer is made with an empty project: reading the files around costs too much for a menu.
    """
    snapshot = ctx.snapshot
    if snapshot.language != "python":
        return CONVENTIONS.get(snapshot.language)
    style = ctx.style.docstring_style or detect_style(project, "python", snapshot.text, ctx.path)
    convention = PYTHON_STYLES.get(style, PYTHON_STYLES["google"])
    every = symbols.symbols("python", snapshot.text)
    inits = [each.doc_span is not None for each in every if each.name == "__init__"]
    return replace(convention, init_has_doc=True) if any(inits) else convention


def _docs_language(ctx: Context) -> str:
    """That of the docs in the file: readers of one file read one language. Else the style's."""
    text = ctx.snapshot.text
    every = symbols.symbols(ctx.snapshot.language, text)
    docs = [each.doc_span.of(text) for each in every if each.doc_span is not None]
    if not docs:
        return reply_language(ctx.style)
    return "zh" if any(_HAN.search(doc) for doc in docs) else "en"


def _step(task: _Task) -> Step:
    snapshot, form = task.ctx.snapshot, task.form
    replaced = task.symbol.doc_span
    at, gap = _place(snapshot, task.symbol)
    newline = snapshot.newline
    head, tail = form.head, form.tail.removesuffix(gap)
    if replaced is not None:
        head, tail = form.head.lstrip(), form.closing
    return Step(
        place=InDocument(replaced or Span(at, at)),
        prompt=lambda room: _prompt(task, room),
        draft=None if replaced else lambda: _draft(task).removesuffix(gap).replace("\n", newline),
        adapters=(DropThinking, NoLoops, lambda: DocText(form), lambda: Newlines(newline)),
        sampling=Sampling(max_tokens=_MAX_REPLY_TOKENS),
        head=head.replace("\n", newline),
        tail=tail.replace("\n", newline),
    )


def _place(snapshot: Snapshot, symbol: Symbol) -> tuple[int, str]:
    """Where the doc goes, and the blanks behind that are part of the indentation that it ends with.

    A doc for `def f(): pass` goes right behind the colon, so that no blank stays at its line's end.
    """
    place, colon = symbol.doc_place, symbol.signature_span.end
    gap = snapshot.text[colon : place.offset]
    if place.shares_line and place.after_signature and gap.isspace() and place.indent.endswith(gap):
        return colon, gap
    return place.offset, ""


def _draft(task: _Task) -> str:
    form = task.form
    return written(task.convention.format(_doc(task), form.width), form)


def _doc(task: _Task) -> Doc:
    """What is known. A class documents its constructor's parameters where that has no doc."""
    snapshot, symbol = task.ctx.snapshot, task.symbol
    voice = Voice(task.language, task.convention.mood)
    doc = gather(snapshot.language, snapshot.text, symbol, voice)
    init = _init(snapshot, symbol)
    if init is None or task.convention.init_has_doc:
        return doc
    return replace(doc, parameters=parameters(snapshot.language, snapshot.text, init, voice))


def _init(snapshot: Snapshot, symbol: Symbol) -> Symbol | None:
    if symbol.kind not in TYPES or snapshot.language != "python":
        return None
    wanted = f"{symbol.qualified_name}.__init__"
    every = symbols.symbols("python", snapshot.text)
    return next((each for each in every if each.qualified_name == wanted), None)


def _prompt(task: _Task, room: Room) -> Prompt:
    symbol, form = task.symbol, task.form
    facts = "\n".join(task.convention.format(_doc(task), form.width))
    # A class may be longer than any window; its start says what it is.
    rank = 1 if symbol.kind in TYPES else 0
    asked = (
        material.quoted(task.ctx, symbol.span, rank),
        Part("draft", facts, 2, language="text"),
        Part("what", task.convention.name),
        Part("name", symbol.qualified_name),
        Part("convention", task.convention.rule),
        Part("width", str(form.width)),
        Part("language", language_name(task.language)),
        Part("instruction", task.ctx.instruction or ""),
    )
    prompt = compose(material.material(task.ctx), "draft_docs", asked, room)
    return replace(prompt, prediction=_present(task) or facts)


def _present(task: _Task) -> str:
    """The doc that is to be rewritten, without its quotes; "" where there is none."""
    place = task.symbol.doc_span
    text = layout.lf(place.of(task.ctx.snapshot.text)) if place is not None else ""
    return text.strip().strip("\"'") if task.ctx.snapshot.language == "python" else text


ACTION = Action(
    "draftDocs",
    {"en": "Draft docs", "zh": "撰写文档"},
    "source.draftDocs",
    offer,
)
