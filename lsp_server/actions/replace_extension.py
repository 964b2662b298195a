"""Do without a Flask extension that nothing is known of: one statement at a time, by a model.

The migration replaces the extensions that it has a profile of, and leaves what needs another one on
Flask, beside the new app. Here a model proposes the same behaviour without it. What holds of the
result is checked by syntax, and where the workspace is trusted, by migrating the project with it
and replaying requests: a proposal that answers otherwise is asked for once more, and then taken
back. Nothing of this is needed for a migration.
"""

import ast
from collections.abc import Iterator
from functools import partial

from lsp_server.actions import layout, replies
from lsp_server.actions.extension.result import (
    free_of,
    import_lines,
    importing,
    new_imports,
    nobody_needs,
    same_definition,
)
from lsp_server.actions.extension.trial import Trial
from lsp_server.actions.extension.uses import Row, row_at
from lsp_server.actions.idiom import imports
from lsp_server.actions.idiom.result import nothing_rebound
from lsp_server.actions.idiom.route import imported_from_helper
from lsp_server.actions.material import pointed, shared
from lsp_server.actions.offer import (
    Action,
    Context,
    Disabled,
    InDocument,
    Offer,
    Report,
    Step,
    unasked,
)
from lsp_server.actions.voice import reply_language
from lsp_server.checks import python_tree
from lsp_server.checks.names import names_resolve
from lsp_server.checks.parses import parses
from lsp_server.prompt import Part, Prompt, Room, Sampling, compose
from lsp_server.reply import WithoutImports
from lsp_server.text import Snapshot, Span

TITLE = "Extension replaced"
MIGRATED = {
    "en": "This module is on FastAPI already; take the extension out before it is migrated.",
    "zh": "此模块已迁移到 FastAPI；请在迁移之前去除该扩展。",
}
SUMMARIES = {
    "en": "It does without {titles} now; the report tells what was checked.",
    "zh": "现在不再需要 {titles}；报告说明了检查结果。",
}


def offer(ctx: Context) -> Offer | Disabled | None:
    if ctx.snapshot.language != "python":
        return None
    place = layout.trimmed(ctx.snapshot, ctx.selection)
    row = row_at(ctx.project, ctx.path, ctx.snapshot, place)
    if row is None:
        return None
    tree = python_tree.module(ctx.snapshot.text)
    if tree is not None and imported_from_helper(tree):
        return Disabled(MIGRATED)
    checks = (
        parses,
        free_of(row),
        same_definition(row),
        nothing_rebound,
        names_resolve,
        nobody_needs(ctx.project, ctx.path, row),
    )
    trial = Trial(ctx.project, ctx.path, row)
    return Offer(
        partial(_steps, ctx, row),
        checks,
        summary=SUMMARIES[reply_language(ctx.style)].format(titles=", ".join(row.titles)),
        shared=partial(shared, ctx),
        trial=trial,
        report=Report(TITLE, trial.report),
    )


def _steps(ctx: Context, row: Row) -> tuple[Step, ...]:
    snapshot, text = ctx.snapshot, layout.lf(row.span.of(ctx.snapshot.text))
    unit = layout.indent_unit("python", snapshot.text)
    shape = replies.Shape("python", layout.margin(text), unit, layout.ending(text))
    written = Step(
        InDocument(row.span),
        partial(_prompt, ctx, row),
        adapters=replies.code(shape, text, WithoutImports),
        sampling=replies.sampling(text, Sampling()),
    )
    return (written, *_import_steps(snapshot, row))


def _import_steps(snapshot: Snapshot, row: Row) -> Iterator[Step]:
    """New imports stand where they belong, and no two places touch."""
    at = imports.place(snapshot, row.span.start)
    is_placed = False
    for node, span in importing(snapshot, row):
        adds = at in (span.start, span.end)
        is_placed |= adds
        yield Step(
            InDocument(span), unasked, follows=partial(_import_text, snapshot, row, node, adds)
        )
    if not is_placed:
        yield Step(
            InDocument(Span(at, at)),
            unasked,
            follows=lambda texts: new_imports(snapshot, row, texts[0]),
        )


def _import_text(
    snapshot: Snapshot,
    row: Row,
    node: ast.Import | ast.ImportFrom,
    adds: bool,
    texts: tuple[str, ...],
) -> str:
    added = new_imports(snapshot, row, texts[0]) if adds else ""
    return import_lines(snapshot, row, node, texts[0]) + added


def _prompt(ctx: Context, row: Row, room: Room) -> Prompt:
    material, target = pointed(ctx, row.span)
    asked = (
        Part("titles", " and ".join(row.titles)),
        Part("made", row.made, language="python"),
        Part("instruction", ctx.instruction or ""),
    )
    prompt = compose(material, "replace_extension", (*target, *asked), room)
    return replies.repeating(prompt, layout.lf(row.span.of(ctx.snapshot.text)))


ACTION = Action(
    id="replaceExtension",
    titles={"en": "Do without this Flask extension", "zh": "去除此 Flask 扩展"},
    kind="refactor.rewrite.replaceExtension",
    offer=offer,
)
