"""Generate tests where the project keeps its own: a new file, or additions to the one there is.

For the definition under the cursor, those in the selection, or all that is public in the file.
Additions to a Python file stand right below its imports, so that theirs join them; tests whose
names are there already are not written again. Rust's tests stand in the file itself.

The draft is Hypothesis's ghostwriter, on stand-ins (`ghost/`): the user's code is never imported.
Where the project keeps its tests is looked up when the action is run, not when it is offered.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lsp_server.actions import layout, material, replies
from lsp_server.actions.ghost.draft import Source, draft, end_of_imports
from lsp_server.actions.offer import (
    Action,
    Context,
    Disabled,
    InDocument,
    InFile,
    Offer,
    Place,
    Step,
)
from lsp_server.actions.voice import reply_language
from lsp_server.checks.collected import collected, collected_tests
from lsp_server.errors import OfferError
from lsp_server.project.imports import module_name
from lsp_server.project.tests_layout import TestLayout, import_line, is_test, test_file
from lsp_server.prompt import Part, Prompt, Room, compose
from lsp_server.reply import Additions, Factory
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import CALLABLES, Symbol
from lsp_server.text import Snapshot, Span, line_starts

LANGUAGES = frozenset(
    {
        "python", "javascript", "typescript", "javascriptreact", "typescriptreact", "go", "rust",
        "java",
    }
)  # fmt: skip
N_SAMPLE = 2500
MAX_NAMED = 8
N_FILES = 200
NO_WORKSPACE = Disabled(
    {
        "en": "Open the folder of the project: tests go where the project keeps them.",
        "zh": "请打开项目文件夹：测试会写到项目存放测试的位置。",
    }
)


@dataclass(frozen=True, slots=True)
class _Job:
    """What the step of one offer needs."""

    ctx: Context
    layout: TestLayout
    source: Source
    target: Span

    @property
    def present(self) -> str:
        return layout.lf(self.layout.text)


def offer(ctx: Context) -> Offer | Disabled | None:
    snapshot, path = ctx.snapshot, ctx.path
    if snapshot.language not in LANGUAGES or path is None or not snapshot.text.strip():
        return None
    if is_test(path) or path.suffix == ".pyi":
        return None
    if ctx.project.root is None or ctx.project.resolved(path) is None:
        return NO_WORKSPACE
    found = _wanted(snapshot, ctx.selection)
    callables = [each for each in _all(snapshot) if each.kind in CALLABLES]
    if not callables:
        return None
    names = _names(snapshot, found)
    is_any = bool(names) if names is not None else not all(map(_is_private, callables))
    return Offer(
        lambda: (_step(ctx, path, found),),
        (partial(_is_collected, ctx, path),),
        has_draft=is_any and snapshot.language == "python",
        summary=_summary(ctx, found),
        shared=partial(material.shared, ctx),
    )


def _all(snapshot: Snapshot) -> tuple[Symbol, ...]:
    return symbols.symbols(snapshot.language, snapshot.text)


def _wanted(snapshot: Snapshot, selection: Span) -> tuple[Symbol, ...]:
    """The definition around a cursor, those that a selection touches; () means the file's."""
    if not len(selection):
        one = symbols.enclosing(snapshot.language, snapshot.text, selection)
        return (one,) if one is not None else ()
    inside = [each for each in _all(snapshot) if each.span.overlaps(selection)]
    whole = [each for each in inside if selection.contains(each.name_span)]
    return tuple(whole or inside[-1:])


def _names(snapshot: Snapshot, found: tuple[Symbol, ...]) -> frozenset[str] | None:
    """The functions and methods wanted by name; None for all. A class stands for its methods.

    Of several only the public ones count: a private one must be selected by itself.
    """
    if not found:
        return None
    public = [each for each in found if not _is_private(each)]
    named = public if len(found) > 1 and public else found
    names = {each.qualified_name for each in named if each.kind in CALLABLES}
    owners = {each.qualified_name for each in named} - names
    for each in _all(snapshot):
        if each.parent in owners and each.kind in CALLABLES and not _is_private(each):
            names.add(each.qualified_name)
    return frozenset(names)


def _is_private(symbol: Symbol) -> bool:
    return any(part.startswith("_") for part in symbol.qualified_name.split("."))


def _summary(ctx: Context, found: tuple[Symbol, ...]) -> str:
    """It cannot say how many: that is known once they are written."""
    if reply_language(ctx.style) == "zh":
        return f"已为 `{found[0].name}` 写好测试。" if len(found) == 1 else "测试已写好。"
    return f"Wrote tests for `{found[0].name}`." if len(found) == 1 else "Wrote tests."


def _step(ctx: Context, path: Path, found: tuple[Symbol, ...]) -> Step:
    place = _layout(ctx, path)
    snapshot = ctx.snapshot
    target = Span(0, len(snapshot.text))
    if found:
        target = Span(min(each.span.start for each in found), max(each.span.end for each in found))
    module = module_name(ctx.project, path) if snapshot.language == "python" else place.module
    source = Source(module, layout.lf(snapshot.text), _names(snapshot, found))
    job = _Job(ctx, place, source, target)
    is_python = snapshot.language == "python"
    adds = is_python and bool(place.text.strip())
    inner: tuple[Factory, ...] = (partial(Additions, job.present),) if adds else ()
    head, tail = _frame(job)
    return Step(
        _place(job),
        partial(_prompt, job),
        draft=partial(_draft, job) if is_python else None,
        adapters=replies.code(replies.Shape(snapshot.language, unit=_unit(job)), "", *inner),
        head=head,
        tail=tail,
    )


def _layout(ctx: Context, path: Path) -> TestLayout:
    place = test_file(ctx.project, path)
    if place is None:
        raise OfferError("There is no known place for tests of this file: move it into a project.")
    return place


def _unit(job: _Job) -> str:
    return layout.indent_unit(job.ctx.snapshot.language, job.layout.text or job.source.text)


def _place(job: _Job) -> Place:
    """Below the imports of a Python file; before the last bracket in Java; else at the end."""
    snapshot, text = job.ctx.snapshot, job.layout.text
    if job.layout.is_inline:
        return InDocument(Span(len(snapshot.text), len(snapshot.text)))
    return InFile(job.layout.path, snapshot.language, text, _at(snapshot.language, text))


def _at(language: str, text: str) -> int:
    if language == "python" and text.strip():
        n_lines = end_of_imports(layout.lf(text))
        starts = line_starts(text)
        return starts[n_lines] if n_lines < len(starts) else len(text)
    if language == "java" and "}" in text:
        return text.rfind("}")
    return len(text)


def _frame(job: _Job) -> tuple[str, str]:
    """Line ends before and behind what is added to a text."""
    place = _place(job)
    text = place.text if isinstance(place, InFile) else job.ctx.snapshot.text
    at = place.at if isinstance(place, InFile) else len(text)
    if not text.strip():
        return "", ""
    head = "" if text[:at].endswith(("\n", "\r")) or not at else "\n"
    has_blank = layout.lf(text[at:]).startswith("\n")
    return f"{head}\n", "" if has_blank or not text[at:].strip() else "\n\n"


def _draft(job: _Job) -> str:
    if not job.source.module or not all(map(str.isidentifier, job.source.module.split("."))):
        raise OfferError("This file cannot be imported by its name: rename it to a Python name.")
    head, tail = _frame(job)
    if _framework(job) == "unittest":
        return head + draft(job.source, job.present, "unittest") + tail
    return head + draft(job.source, job.present, "pytest") + tail


def _framework(job: _Job) -> str:
    return job.ctx.style.test_framework or job.layout.framework


def _prompt(job: _Job, room: Room) -> Prompt:
    ctx, snapshot = job.ctx, job.ctx.snapshot
    language = snapshot.language
    is_whole = job.target == Span(0, len(snapshot.text))
    task = (
        Part("quoted", "") if is_whole else material.quoted(ctx, job.target),
        Part("framework", _framework(job)),
        Part("what", _what(job)),
        Part("place", job.layout.path.name),
        Part("import_line", import_line(job.layout, _tops(job))),
        Part("present", _present(job), rank=2),
        Part("sample", _sample(job), rank=3, language=language),
        Part("instruction", ctx.instruction or ""),
    )
    return compose(material.material(ctx), "generate_tests", task, room)


def _what(job: _Job) -> str:
    """What is to be tested, by name as long as the names are few."""
    names = sorted(job.source.wanted or ())
    if 0 < len(names) <= MAX_NAMED:
        return ", ".join(f"`{name}`" for name in names)
    return (
        "the selected code" if names else f"what is public in {layout.file_name(job.ctx.snapshot)}"
    )


def _present(job: _Job) -> str:
    """The names of tests that are there, those about what is to be tested first."""
    if job.ctx.snapshot.language != "python":
        return ""
    wanted = [name.rpartition(".")[2].lower() for name in job.source.wanted or ()]
    names = collected_tests(job.present)
    return ", ".join(
        sorted(names, key=lambda name: not any(each in name.lower() for each in wanted))
    )


def _tops(job: _Job) -> list[str]:
    """The names at the top of the file that the tests are for: a method's class."""
    if job.source.wanted is not None:
        return sorted({name.partition(".")[0] for name in job.source.wanted})
    tops = [each.name for each in _all(job.ctx.snapshot) if each.parent is None]
    return [name for name in tops if not name.startswith("_")]


def _sample(job: _Job) -> str:
    """How tests look here: the file's own, or the first other one that is found."""
    if job.layout.text.strip() and not job.layout.is_inline:
        return job.present[:N_SAMPLE]
    project, suffix = job.ctx.project, job.layout.path.suffix
    for path in project.files(suffix, N_FILES):
        if is_test(path) and path.name != "conftest.py":
            text = project.read(path)
            if text and text.strip():
                return layout.lf(text)[:N_SAMPLE]
    return ""


def _is_collected(ctx: Context, path: Path, before: Snapshot, after: str) -> str | None:
    return collected(ctx.project, _layout(ctx, path).path)(before, after)


ACTION = Action(
    id="generateTests",
    titles={"en": "Generate tests", "zh": "生成测试"},
    kind="source.generateTests",
    offer=offer,
)
