"""A migrated view: a function whose decorators are routes of the helper's App or Blueprint.

Read from Python's own tree, by what the file imports; no other file is looked at. The helper is a
module named `flask_compat`, or one that `App` or `Blueprint` are imported from and that is no
framework. Absent: views in classes, and generators, which FastAPI streams in a form of its own.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_server.checks import python_tree
from lsp_server.text import Snapshot, Span

HELPER = "flask_compat"
OWNERS = frozenset({"App", "Blueprint"})
FRAMEWORKS = frozenset(
    {"flask", "fastapi", "starlette", "quart", "sanic", "litestar", "aiohttp", "apiflask"}
)
VERBS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "trace"})
# What a decorator of a route may say for its route to become FastAPI's.
SAID = frozenset({"methods", "name", "endpoint"})
VARIABLE = re.compile(r"{(\w+)(?::(\w+))?}")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Rule:
    """One decorator of a route. `text` is what stands for it on a native one."""

    path: str
    methods: frozenset[str]
    endpoint: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One view. `owner` is the name of its app or blueprint, `span` its whole lines."""

    name: str
    owner: str
    rules: tuple[Rule, ...]
    others: tuple[str, ...]
    span: Span
    node: Function

    @property
    def variables(self) -> dict[str, str]:
        """The path's variables, to their converters; "" for plain ones."""
        return {m[1]: m[2] or "" for rule in self.rules for m in VARIABLE.finditer(rule.path)}

    @property
    def decorators(self) -> str:
        """The lines that the native route begins with."""
        return "\n".join([*(f"@{rule.text}" for rule in self.rules), *self._kept])

    @property
    def _kept(self) -> Iterator[str]:
        return (f"@{each}" for each in self.others)


@dataclass(frozen=True, slots=True)
class Refused:
    """A view that cannot become native: `what` about its decorators has no counterpart."""

    what: str


def route_at(snapshot: Snapshot, selection: Span) -> Route | Refused | None:
    """The view around the selection; None where there is none, or the file is not valid Python."""
    if HELPER not in snapshot.text and not any(name in snapshot.text for name in OWNERS):
        return None
    tree = python_tree.module(snapshot.text)
    if tree is None:
        return None
    helper = imported_from_helper(tree)
    if not helper:
        return None
    for node in _around(tree, snapshot, selection):
        found = [each for each in node.decorator_list if _owner(each)]
        owners = {_owner(each) for each in found}
        if len(owners) == 1 and _is_helpers(tree, helper, owners.copy().pop()):
            return _route(snapshot, node, owners.pop(), found)
    return None


def imported_from_helper(tree: ast.Module) -> dict[str, str]:
    """The names that the file has from the helper, as they are called there to as they are here.

    The helper as a module counts as `*`.
    """
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_helper(node):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found = (each for each in node.names if each.name.rpartition(".")[2] == HELPER)
            names |= {alias.asname or alias.name: "*" for alias in found}
    return names


def native_rules(node: Function, owner: str) -> Iterator[Rule | None]:
    """The native routes that a function's decorators declare; None for one that cannot be read."""
    for each in node.decorator_list:
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Attribute):
            continue
        if ast.unparse(each.func.value) == f"{owner}.native":
            yield _rule(each, node.name)


def _is_helper(node: ast.ImportFrom) -> bool:
    module = node.module or ""
    if module.rpartition(".")[2] == HELPER:
        return True
    top = "" if node.level else module.partition(".")[0]
    is_framework = top in FRAMEWORKS or top.startswith("flask_")
    return not is_framework and any(alias.name in OWNERS for alias in node.names)


def _around(tree: ast.Module, snapshot: Snapshot, selection: Span) -> list[Function]:
    """The functions whose lines hold the selection, the innermost first; no methods."""
    found: list[Function] = []
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if _lines(snapshot, node).contains(selection):
                found.append(node)
        elif isinstance(node, ast.ClassDef):
            continue
        pending.extend(ast.iter_child_nodes(node))
    return sorted(found, key=lambda node: -node.lineno)


def _lines(snapshot: Snapshot, node: Function) -> Span:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    last = node.end_lineno or node.lineno
    return Span(snapshot.line_span(first - 1).start, snapshot.line_span(last - 1).end)


def _owner(decorator: ast.expr) -> str:
    """`bp` of `@bp.get(...)`; "" for what looks like no route."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return ""
    named = decorator.func
    is_route = named.attr in VERBS | {"api_route", "route"}
    return named.value.id if is_route and isinstance(named.value, ast.Name) else ""


def _is_helpers(tree: ast.Module, helper: dict[str, str], owner: str) -> bool:
    """Whether a name is an app or blueprint of the helper's; what is bound elsewhere may be."""
    made = [
        node.value.func
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Call)
        and owner in _targets(node)
    ]
    if not made:
        return True
    return any(_made_by(each, helper) in OWNERS | {""} for each in made)


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _made_by(function: ast.expr, helper: dict[str, str]) -> str:
    """The class that is called, by its name in the helper; "" for a function of the project's."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr if helper.get(function.value.id) == "*" else ""
    if not isinstance(function, ast.Name):
        return ""
    name = helper.get(function.id)
    # By convention a class; one from elsewhere is another's router.
    return name or (function.id if function.id[:1].isupper() else "")


def _route(
    snapshot: Snapshot, node: Function, owner: str, found: list[ast.expr]
) -> Route | Refused | None:
    if any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node)):
        return None
    rules = []
    for each in found:
        assert isinstance(each, ast.Call), "a decorator with an owner is a call"
        reason, rule = _refusal(each), _rule(each, node.name)
        if reason or rule is None:
            return Refused(reason or ast.unparse(each)[:60])
        rules.append(rule)
    others = tuple(ast.unparse(each) for each in node.decorator_list if each not in found)
    return Route(node.name, owner, tuple(rules), others, _lines(snapshot, node), node)


def _refusal(call: ast.Call) -> str:
    options = [each.arg or "**" for each in call.keywords if each.arg not in SAID]
    return f"{options[0]}=" if options and options[0] != "**" else "".join(options)


def _rule(call: ast.Call, name: str) -> Rule | None:
    """What the decorator says; None where it says it by other than literals."""
    assert isinstance(call.func, ast.Attribute), "routes are declared by a method"
    said = {each.arg: each.value for each in call.keywords}
    path = _literal(call.args[0] if call.args else said.get("path"))
    methods = _methods(call.func.attr, said.get("methods"))
    given = said.get("name") or said.get("endpoint")
    endpoint = name if given is None else _literal(given)
    if path is None or "<" in path or methods is None or endpoint is None or len(call.args) > 1:
        return None
    shown = f", name={endpoint!r}" if given is not None else ""
    return Rule(
        path, methods, endpoint, _native(call, path, methods) + shown.replace("'", '"') + ")"
    )


def _native(call: ast.Call, path: str, methods: frozenset[str]) -> str:
    """The decorator up to its name, in double quotes as formatters have it."""
    assert isinstance(call.func, ast.Attribute)
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
    start = f"{ast.unparse(call.func.value)}.native"
    if len(methods) == 1:
        return f"{start}.{next(iter(methods)).lower()}({quoted}"
    listed = ", ".join(f'"{each}"' for each in sorted(methods))
    return f"{start}.api_route({quoted}, methods=[{listed}]"


def _methods(attribute: str, given: ast.expr | None) -> frozenset[str] | None:
    if attribute in VERBS:
        return frozenset({attribute.upper()})
    if given is None:
        return frozenset({"GET"})
    if not isinstance(given, ast.List | ast.Tuple | ast.Set):
        return None
    named = [_literal(each) for each in given.elts]
    return frozenset(each.upper() for each in named if each) if all(named) else None


def _literal(node: ast.expr | None) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and isinstance(node, ast.Constant) else None
