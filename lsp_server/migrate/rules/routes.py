"""`@app.route("/users/<int:n>", methods=["POST"])` becomes `@app.post("/users/{n:int}")`.

Several methods become `api_route(..., methods=[...])`, and `endpoint=` becomes `name=`. What
FastAPI's paths cannot say keeps the helper's `route`; a verb with such a path becomes one. Where a
class of the project has a method of the new name, the old one stays.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.paths import path_literal
from lsp_server.migrate.routes import Route, argument, read_route, rule_argument
from lsp_server.migrate.rules.change import Change, Scene, renamed_keyword, without
from lsp_server.migrate.source import imported_name
from lsp_server.migrate.tree import Replacement

UNSURE = (
    "This may be a route, but nothing shows that `{name}` is an app or a blueprint. Its path stays "
    "as it is; if it is a route, it works so, or with `{{n:int}}` for `<int:n>`."
)


def changes(scene: Scene) -> Iterator[Change]:
    """The routes of the apps and blueprints of a module."""
    for call in scene.source.facts.calls:
        route = read_route(call)
        if route is None or not isinstance(call.func, cst.Attribute):
            continue
        if not _is_chosen(scene, call) or _is_done(scene, route):
            continue
        kind = scene.kinds.of(scene.source, call.func.value)
        if kind is None:
            yield from _doubtful(scene, route, call.func)
        elif route.becomes is not None and not scene.kinds.overridden(kind, route.becomes):
            yield Change(call, lambda node, route=route: _said(node, route))  # type: ignore[misc]


def _is_done(scene: Scene, route: Route) -> bool:
    """Whether a path has FastAPI's variables in a module that has left Flask."""
    if "{" not in (route.rule or ""):
        return False
    imports = scene.source.facts.imports
    return not any(scene.exports.replaced(imported_name(binding)) for binding in imports)


def _is_chosen(scene: Scene, call: cst.Call) -> bool:
    """Whether a call stands where routes are rewritten; Flask's way is understood elsewhere."""
    if scene.lines is None:
        return True
    first, last = scene.lines
    line = scene.source.line(call)
    function = scene.source.facts.parents.get(scene.source.facts.parents[call])
    end = line
    if isinstance(function, cst.FunctionDef):
        end = max(scene.source.line(node) for node in (function.body, *function.body.body))
    return line <= last and end >= first


def _doubtful(scene: Scene, route: Route, func: cst.Attribute) -> Iterator[Change]:
    """A verb reads as FastAPI's and has Flask's path, so a doubt about it is told."""
    decorator = isinstance(scene.source.facts.parents.get(route.call), cst.Decorator)
    if decorator and func.attr.value != "route" and "<" in (route.rule or ""):
        name = cst.Module([]).code_for_node(func.value)
        yield Change(route.call, warning=UNSURE.format(name=name))


def _said(node: cst.CSTNode, route: Route) -> Replacement:
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    assert route.becomes, "a route that stays is not changed"
    verb = node.func.attr.value
    func = node.func.with_changes(attr=node.func.attr.with_changes(value=route.becomes))
    if route.becomes == "route":
        return node.with_changes(func=func, args=_with_methods(node, verb))
    path = rule_argument(node)
    assert path is not None
    new_path = path_literal(path.value)
    args = [arg.with_changes(value=new_path) if arg is path else arg for arg in node.args]
    args = renamed_keyword(renamed_keyword(args, "rule", "path"), "endpoint", "name")
    if route.becomes != "api_route":
        args = without(args, "methods")
    return node.with_changes(func=func, args=args)


def _with_methods(node: cst.Call, verb: str) -> list[cst.Arg]:
    """A verb's arguments for `route`, which must be told the method."""
    if argument(node, "methods") is not None:
        return list(node.args)
    methods = cst.Arg(
        cst.List([cst.Element(cst.SimpleString(f'"{verb.upper()}"'))]),
        cst.Name("methods"),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    *first, last = node.args
    comma = last.comma if isinstance(last.comma, cst.Comma) else cst.MaybeSentinel.DEFAULT
    after = last.whitespace_after_arg
    separator = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    moved = last.with_changes(comma=separator, whitespace_after_arg=cst.SimpleWhitespace(""))
    return [*first, moved, methods.with_changes(comma=comma, whitespace_after_arg=after)]
