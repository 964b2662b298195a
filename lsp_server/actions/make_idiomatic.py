"""Make one migrated view a route of FastAPI's own: the second step of a migration, by a model.

The first step keeps every answer as it was. This one gives a view typed parameters, models and
FastAPI's answers, and so changes some: a report beside the code lists them, as the code shows them,
and where the workspace is trusted, as requests before and after do. The route keeps its rule, its
name and its hooks, since it stands on `native` of the same app or blueprint. The model writes the
function, syntax adds the imports.
"""

from functools import partial

from lsp_server.actions import layout, replies
from lsp_server.actions.idiom import imports
from lsp_server.actions.idiom.replayed import report
from lsp_server.actions.idiom.result import answers_as_fastapi, nothing_rebound, same_route
from lsp_server.actions.idiom.route import Refused, Route, route_at
from lsp_server.actions.idiom.signature import types_fit
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
from lsp_server.checks.names import names_resolve
from lsp_server.checks.parses import parses
from lsp_server.prompt import Part, Prompt, Room, Sampling, compose
from lsp_server.reply import WithoutImports
from lsp_server.text import Span

TITLE = "Route made idiomatic"
SUMMARIES = {
    "en": "`{name}` is a route of FastAPI's own now; the report lists the answers that change.",
    "zh": "`{name}` 已成为 FastAPI 原生路由；报告列出了会改变的响应。",
}


def offer(ctx: Context) -> Offer | Disabled | None:
    if ctx.snapshot.language != "python":
        return None
    found = route_at(ctx.snapshot, layout.trimmed(ctx.snapshot, ctx.selection))
    if isinstance(found, Refused):
        return _refused(found.what)
    if found is None:
        return None
    checks = (
        parses,
        same_route(found),
        answers_as_fastapi(found),
        types_fit(found, ctx.project, ctx.path),
        nothing_rebound,
        names_resolve,
    )
    return Offer(
        partial(_steps, ctx, found),
        checks,
        summary=SUMMARIES[reply_language(ctx.style)].format(name=found.name),
        shared=partial(shared, ctx),
        report=Report(TITLE, partial(report, ctx.project, ctx.path, found)),
    )


def _refused(what: str) -> Disabled:
    return Disabled(
        {
            "en": f"The decorator of this route says `{what}`, which no route of FastAPI's can.",
            "zh": f"此路由的装饰器使用了 `{what}`，FastAPI 的路由无法表达。",
        }
    )


def _steps(ctx: Context, route: Route) -> tuple[Step, ...]:
    snapshot, text = ctx.snapshot, layout.lf(route.span.of(ctx.snapshot.text))
    unit = layout.indent_unit("python", snapshot.text)
    shape = replies.Shape("python", layout.margin(text), unit, layout.ending(text))
    at = imports.place(snapshot, route.span.start)
    written = Step(
        InDocument(route.span),
        partial(_prompt, ctx, route),
        adapters=replies.code(shape, text, WithoutImports),
        sampling=replies.sampling(text, Sampling()),
    )
    imported = Step(
        InDocument(Span(at, at)),
        unasked,
        follows=lambda texts: imports.missing(snapshot, route.span, texts[0]),
    )
    return (written, imported)


def _prompt(ctx: Context, route: Route, room: Room) -> Prompt:
    material, target = pointed(ctx, route.span)
    asked = (
        Part("decorators", route.decorators, language="python"),
        Part("instruction", ctx.instruction or ""),
    )
    prompt = compose(material, "make_idiomatic", (*target, *asked), room)
    return replies.repeating(prompt, layout.lf(route.span.of(ctx.snapshot.text)))


ACTION = Action(
    id="makeIdiomatic",
    titles={"en": "Make this route idiomatic", "zh": "将此路由改写为 FastAPI 原生风格"},
    kind="refactor.rewrite.makeIdiomatic",
    offer=offer,
)
