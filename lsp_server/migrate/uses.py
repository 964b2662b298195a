"""What a project does with Flask, use by use, each with its decision.

The decisions are those of the map of features: S by syntax alone, H with the helper, P by an
extension's profile, M where a person or a model has to look, X refused with a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

import libcst as cst

from lsp_server.migrate.exports import NO_PROFILE, Exports
from lsp_server.migrate.kinds import Kinds
from lsp_server.migrate.names import Codebase, External, Own
from lsp_server.migrate.routes import read_route
from lsp_server.migrate.run_calls import is_uvicorns
from lsp_server.migrate.scopes import EXTERNAL, Binding
from lsp_server.migrate.source import Source, imported_name
from lsp_server.migrate.wsgi_calls import apps_as_wsgi

Decision: TypeAlias = Literal["S", "H", "P", "M", "X"]
HELD: frozenset[Decision] = frozenset({"M", "X"})
"""What rules do not replace: it stays on Flask."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of Flask or of an extension.

    Attributes:
        feature: What it is, in the words of the map: `route`, `blueprint`, `before_request`.
        what: It as the code has it.
        becomes: What stands there afterwards; "" where that is nothing to tell.
        note: Why, or what to do, in one sentence; "" where nothing is to be said.
    """

    path: PurePosixPath
    line: int
    feature: str
    what: str
    becomes: str
    decision: Decision
    note: str = ""


@dataclass(frozen=True, slots=True)
class AppPlace:
    """Where an app is made. `name` is a variable, or the factory that returns it."""

    path: PurePosixPath
    line: int
    name: str
    factory: bool


HOOKS = frozenset(
    {
        "before_request", "after_request", "teardown_request", "teardown_appcontext",
        "before_app_request", "after_app_request", "teardown_app_request",
        "before_first_request", "before_app_first_request", "url_value_preprocessor",
        "url_defaults", "app_url_value_preprocessor", "app_url_defaults",
    }
)  # fmt: skip
ERRORS = frozenset({"errorhandler", "app_errorhandler", "register_error_handler"})
TEMPLATES = frozenset(
    {
        "context_processor", "app_context_processor", "template_filter", "template_global",
        "template_test", "app_template_filter", "app_template_global", "app_template_test",
        "add_template_filter", "add_template_global", "add_template_test",
    }
)  # fmt: skip
CALLED: dict[str, tuple[str, str, Decision]] = {
    "register_blueprint": ("registration", "include_router(...)", "S"),
    "add_url_rule": ("add_url_rule", "", "H"),
    "run": ("run", "uvicorn.run(...)", "S"),
    "test_client": ("test client", "", "H"),
}
BY_NAME = (
    "Import it by its name, so that it can stay on a Flask app beside the new one: reached through"
    " its module, it holds this one on Flask."
)
COMMANDS = frozenset({"add_command", "command", "group", "shell_context_processor"})
WSGI = (
    "WSGI middleware still runs around the app's own requests. What `ProxyFix` does for a proxy on "
    "another machine, uvicorn has as `--forwarded-allow-ips`."
)


def file_uses(source: Source, code: Codebase, kinds: Kinds, exports: Exports) -> Iterator[Use]:
    """The uses in one module, in no order."""
    for call in source.facts.calls:
        yield from _made(source, kinds, call)
        yield from _on_object(source, kinds, call)
        for app in apps_as_wsgi(source, code, kinds, call):
            line, becomes = source.line(call), f"{_text(app)}.wsgi_app"
            yield Use(source.path, line, "WSGI server", _text(call), becomes, "H")
    yield from _decorators(source, kinds)
    for binding in source.facts.imports:
        yield from _imported(source, code, exports, binding)
    for statement in source.facts.top.stars:
        base = code.module_of(source, statement)
        use = _star(source, exports, statement, base) if isinstance(base, External) else None
        if use is not None:
            yield use
    yield from _through_modules(source, code, exports)
    yield from _in_texts(source, exports)
    for target, _ in source.facts.attributes:
        if target.attr.value == "wsgi_app" and kinds.of(source, target.value) == "app":
            text = _text(target)
            yield Use(source.path, source.line(target), "wsgi_app", text, text, "H", WSGI)


def app_places(source: Source, kinds: Kinds) -> Iterator[AppPlace]:
    """The apps that a module makes at its top, and the functions of it that return one."""
    top = source.facts.top
    for name, bindings in top.bindings.items():
        for binding in bindings:
            if binding.how == "value" and binding.value is not None:
                if kinds.of(source, binding.value) == "app" and not _is_passed_on(binding):
                    yield AppPlace(source.path, source.line(binding.node), name, False)
            elif binding.how == "function" and kinds.returns(source, binding) == "app":
                yield AppPlace(source.path, source.line(binding.node), name, True)


def _is_passed_on(binding: Binding) -> bool:
    return not isinstance(binding.value, cst.Call)


def _text(node: cst.CSTNode) -> str:
    text = " ".join(cst.Module([]).code_for_node(node).split())
    return text if len(text) <= 80 else text[:77] + "..."


def _made(source: Source, kinds: Kinds, call: cst.Call) -> Iterator[Use]:
    kind = kinds.constructed(source, call)
    if kind == "app":
        yield Use(source.path, source.line(call), "app", _text(call), "App(...)", "S")
    elif kind == "blueprint":
        becomes = "Blueprint(..., prefix=...)"
        yield Use(source.path, source.line(call), "blueprint", _text(call), becomes, "S")


def _on_object(source: Source, kinds: Kinds, call: cst.Call) -> Iterator[Use]:
    func = call.func
    if not isinstance(func, cst.Attribute):
        return
    name = func.attr.value
    route = read_route(call)
    if route is not None and kinds.of(source, func.value) is not None:
        becomes = f"{route.becomes or 'route'}(...)"
        line = source.line(call)
        yield Use(source.path, line, "route", _text(call), becomes, route.how, route.why)
        return
    if name == "run" and not is_uvicorns(source, kinds, call):
        if kinds.of(source, func.value) == "app":
            yield Use(source.path, source.line(call), "run", _text(call), "", "H")
        return
    told = _told(name, func.value, source, kinds)
    if told is not None:
        feature, becomes, decision = told
        yield Use(source.path, source.line(call), feature, _text(call), becomes, decision)


def _told(
    name: str, owner: cst.BaseExpression, source: Source, kinds: Kinds
) -> tuple[str, str, Decision] | None:
    if name in COMMANDS and isinstance(owner, cst.Attribute) and owner.attr.value == "cli":
        return ("command", "", "H") if kinds.of(source, owner.value) else None
    if name not in CALLED.keys() | ERRORS | TEMPLATES | HOOKS or kinds.of(source, owner) is None:
        return None
    if name in CALLED:
        return CALLED[name]
    feature = "hook" if name in HOOKS else "error handler" if name in ERRORS else "template"
    return feature, "", "H"


def _decorators(source: Source, kinds: Kinds) -> Iterator[Use]:
    """Hooks are decorators without a call: `@app.before_request`."""
    for function in source.facts.functions:
        for decorator in function.decorators:
            node = decorator.decorator
            if not isinstance(node, cst.Attribute) or node.attr.value not in HOOKS | TEMPLATES:
                continue
            if kinds.of(source, node.value) is not None:
                feature = "hook" if node.attr.value in HOOKS else "template"
                yield Use(source.path, source.line(node), feature, _text(node), "", "H")


def _imported(source: Source, code: Codebase, exports: Exports, binding: Binding) -> Iterator[Use]:
    origins = code.of_binding(source, binding)
    if any(isinstance(origin, Own) for origin in origins):
        return
    full = imported_name(binding)
    use = _named(source, exports, binding.node, full)
    if use is not None:
        yield use


def _star(
    source: Source, exports: Exports, statement: cst.ImportFrom, base: External
) -> Use | None:
    refusal = exports.refusal(f"{base.name}.*") if not exports.replaced(base.name) else None
    line = source.line(statement)
    if refusal is not None:
        return Use(
            source.path, line, refusal[0], f"{base.name}.*", "", _held(refusal[1]), refusal[1]
        )
    if not exports.replaced(base.name):
        return None
    profile = exports.profile(base.name)
    feature, how = (profile.distribution, "P") if profile else ("name", "H")
    return Use(source.path, line, feature, f"{base.name}.*", "names", how)  # type: ignore[arg-type]


def _named(source: Source, exports: Exports, node: cst.CSTNode, full: str) -> Use | None:
    refusal = exports.refusal(full) if full else None
    if refusal is not None:
        name, why = refusal
        return Use(source.path, source.line(node), name, full, "", _held(why), why)
    profile = exports.profile(full)
    helper = exports.helper(full)
    if profile is not None:
        becomes = helper or ""
        return Use(source.path, source.line(node), profile.distribution, full, becomes, "P")
    if helper is not None:
        return Use(source.path, source.line(node), "name", full, helper, "H")
    return None


def _in_texts(source: Source, exports: Exports) -> Iterator[Use]:
    for node in source.facts.external:
        use = _named(source, exports, node, node.raw_value.removeprefix(EXTERNAL))
        if use is not None:
            yield use


def _held(why: str) -> Decision:
    """A model may propose how to do without what nothing is known of; the rest is refused."""
    return "M" if why == NO_PROFILE else "X"


def _through_modules(source: Source, code: Codebase, exports: Exports) -> Iterator[Use]:
    """Names that are reached through a module: `flask.request`."""
    for name in source.facts.loads:
        full = _module_start(source, code, exports, name)
        node: cst.CSTNode = name
        while full:
            above = source.facts.parents.get(node)
            if not isinstance(above, cst.Attribute) or above.value is not node:
                break
            full, node = f"{full}.{above.attr.value}", above
            if not exports.is_module(full) or exports.helper(full):
                use = _named(source, exports, node, full)
                if use is not None:
                    yield _in_module(use)
                break


def _in_module(use: Use) -> Use:
    """A use below the module of a known extension: the helper stands for the module as a whole."""
    return use if use.note != NO_PROFILE else replace(use, decision="X", note=BY_NAME)


def _module_start(source: Source, code: Codebase, exports: Exports, name: cst.Name) -> str:
    """The full name of the module of Flask or of an extension that a name is bound to."""
    bindings = source.facts.loads[name].lookup(name.value)
    if not any(binding.how == "import" for binding in bindings):
        return ""
    modules = (full for full in code.externals(source, name) if exports.replaced(full))
    return next((full for full in modules if exports.is_module(full)), "")
