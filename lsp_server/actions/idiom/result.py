"""What must hold of a view that was rewritten: it is the same route, and answers as FastAPI does.

Each check says in one sentence what is wrong, so that the model can mend it. A result that is not
valid Python passes: another check tells that.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from lsp_server.actions.idiom.route import (
    Function,
    Route,
    Rule,
    imported_from_helper,
    native_rules,
)
from lsp_server.checks import python_tree
from lsp_server.text import Snapshot

ANSWERS = {
    "jsonify": "return the value itself",
    "make_response": "return a response of `fastapi.responses`",
    "redirect": "return `RedirectResponse(url, status_code=302)`",
    "render_template": "return `HTMLResponse(render_template(...))`",
    "render_template_string": "return `HTMLResponse(render_template_string(...))`",
    "send_file": "return `FileResponse(path)`",
    "send_from_directory": "return `FileResponse(path)`",
    "Response": "return a response of `fastapi.responses`",
}
LOST = "The result has no function `{name}` with a route of `{owner}.native`: begin it with {text}."
OTHER = "The route of `{name}` changed: its decorators must be {text}."
UNDECORATED = "`{name}` lost its decorator `@{decorator}`."
NO_PARAMETER = "The path's variable `{variable}` is no parameter of `{name}`."
HELPERS = "`{name}` returns `{call}(...)`, which FastAPI cannot send: {instead}."
TUPLE = (
    "`{name}` returns a tuple, which FastAPI sends as a list: set `status_code=` in the decorator, "
    "or return a `JSONResponse`."
)
COLOUR = "`{name}` must stay a plain `def`: what it calls would block the event loop."
TWICE = "The result binds `{name}`, which the file has already: use that, or take another name."


def same_route(route: Route) -> Callable[[Snapshot, str], str | None]:
    """The check that a function is found under the same paths, methods and names as before."""

    def check(_: Snapshot, after: str) -> str | None:
        tree = python_tree.module(after)
        return next(_route_problems(route, tree), None) if tree else None

    return check


def nothing_rebound(before: Snapshot, after: str) -> str | None:
    """A sentence that names what the result binds a second time at the top of the file."""
    old, new = python_tree.module(before.text), python_tree.module(after)
    if old is None or new is None:
        return None
    known, now = Counter(_bound(old)), Counter(_bound(new))
    name = next((each for each in now if now[each] > max(known[each], 1)), None)
    return TWICE.format(name=name) if name else None


def answers_as_fastapi(route: Route) -> Callable[[Snapshot, str], str | None]:
    """The check that a function returns nothing that only the helper can send."""

    def check(_: Snapshot, after: str) -> str | None:
        tree = python_tree.module(after)
        function = native_function(route, tree) if tree else None
        if tree is None or function is None:
            return None
        return next(_answer_problems(function, imported_from_helper(tree)), None)

    return check


def native_function(route: Route, tree: ast.Module) -> Function | None:
    """The function that is the route's now."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name == route.name and list(native_rules(node, route.owner)):
            return node
    return None


def returned(function: Function) -> Iterator[ast.expr]:
    """What a function itself returns, not those inside it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _choices(node.value)
        pending.extend(ast.iter_child_nodes(node))


def parameters(function: Function) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def _route_problems(route: Route, tree: ast.Module) -> Iterator[str]:
    text = ", ".join(f"`@{rule.text}`" for rule in route.rules)
    function = native_function(route, tree)
    if function is None:
        yield LOST.format(name=route.name, owner=route.owner, text=text)
        return
    if sorted(map(_key, native_rules(function, route.owner))) != sorted(map(_key, route.rules)):
        yield OTHER.format(name=route.name, text=text)
    kept = {ast.unparse(each) for each in function.decorator_list}
    for each in route.others:
        if each not in kept:
            yield UNDECORATED.format(name=route.name, decorator=each)
    if isinstance(function, ast.AsyncFunctionDef) and isinstance(route.node, ast.FunctionDef):
        yield COLOUR.format(name=route.name)
    named = {each.arg for each in parameters(function)}
    for variable in route.variables:
        if variable not in named and not function.args.kwarg:
            yield NO_PARAMETER.format(variable=variable, name=route.name)


def _key(rule: Rule | None) -> tuple[str, str, str]:
    if rule is None:
        return ("", "", "")
    return (rule.path, " ".join(sorted(rule.methods)), rule.endpoint)


def _answer_problems(function: Function, helper: dict[str, str]) -> Iterator[str]:
    for value in returned(function):
        if isinstance(value, ast.Tuple):
            yield TUPLE.format(name=function.name)
        if isinstance(value, ast.Call):
            call = ast.unparse(value.func)
            module, _, name = call.rpartition(".")
            instead = ANSWERS.get(name if helper.get(module) == "*" else helper.get(call, ""))
            if instead:
                yield HELPERS.format(name=function.name, call=call, instead=instead)


def _choices(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _choices(value.body)
        yield from _choices(value.orelse)
    else:
        yield value


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name))
