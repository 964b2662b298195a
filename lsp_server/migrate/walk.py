"""The one walk through a module that finds its scopes, bindings and what else is asked for.

Each kind of node that binds, reads or opens a scope has a handler; all others are only passed.
Recursion is as deep as the syntax, so a module that nests too deeply raises RecursionError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import libcst as cst

from lsp_server.migrate.scopes import EXTERNAL, Binding, Facts, Scope
from lsp_server.migrate.tree import children


def facts(module: cst.Module) -> Facts:
    """Walks a module once."""
    top = Scope(module, None)
    found = Facts(top)
    found.scopes[module] = top
    walk = _Walk(found)
    for child in children(module):
        walk.visit(child, module, top)
    return found


_Handler: TypeAlias = Callable[["_Walk", cst.CSTNode, Scope], None]


class _Walk:
    """The walk itself; `found` is filled on the way."""

    def __init__(self, found: Facts) -> None:
        self.found = found
        self.depth = 0

    def visit(self, node: cst.CSTNode, parent: cst.CSTNode, scope: Scope) -> None:
        self.found.parents[node] = parent
        self.depth += 1
        self.found.depth = max(self.found.depth, self.depth)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self.below(node, scope)
        else:
            handler(self, node, scope)
        self.depth -= 1

    def below(self, node: cst.CSTNode, scope: Scope) -> None:
        for child in children(node):
            self.visit(child, node, scope)

    def some(self, node: cst.CSTNode, scope: Scope, *parts: cst.CSTNode | None) -> None:
        for part in parts:
            if part is not None:
                self.visit(part, node, scope)

    def bind(self, scope: Scope, binding: Binding) -> None:
        home = scope
        if scope.parent is not None and binding.name in scope.elsewhere:
            home = scope.top() if binding.name in scope.globals else scope.parent
            binding.scope = home
        home.bindings.setdefault(binding.name, []).append(binding)

    def opened(self, node: cst.CSTNode, parent: Scope) -> Scope:
        scope = Scope(node, parent)
        self.found.scopes[node] = scope
        return scope

    def target(
        self,
        node: cst.CSTNode,
        scope: Scope,
        value: cst.BaseExpression | None,
        annotation: cst.Annotation | None = None,
        loop: bool = False,
    ) -> None:
        """Binds what stands on the left of an assignment, loop, `with` or `as`."""
        if isinstance(node, cst.Name):
            binding = Binding(node.value, scope, node, "value", value, annotation, None, loop)
            self.bind(scope, binding)
        elif isinstance(node, cst.Tuple | cst.List):
            for element in node.elements:
                self.found.parents[element] = node
                self.found.parents[element.value] = element
                self.target(element.value, scope, None)
        else:
            if isinstance(node, cst.Attribute) and value is not None:
                self.found.attributes.append((node, value))
                self.found.scope_of[node] = scope
            self.below(node, scope)


def _name(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Name)
    walk.found.loads[node] = scope


def _attribute(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Attribute)
    walk.found.parents[node.attr] = node
    walk.found.scope_of[node] = scope
    walk.visit(node.value, node, scope)


def _call(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Call)
    walk.found.calls.append(node)
    walk.found.scope_of[node] = scope
    walk.below(node, scope)


def _arg(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Arg)
    walk.visit(node.value, node, scope)


def _function(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.FunctionDef)
    walk.found.functions.append(node)
    walk.found.scope_of[node] = scope
    walk.bind(scope, Binding(node.name.value, scope, node, "function", None, node.returns))
    walk.some(node, scope, *node.decorators)
    inner = walk.opened(node, scope)
    _parameters(walk, node.params, node, scope, inner)
    if node.returns is not None:
        walk.visit(node.returns, node, scope)
    _declared(node.body, inner)
    walk.visit(node.body, node, inner)


def _declared(body: cst.CSTNode, scope: Scope) -> None:
    """Names that a function declares `global` or `nonlocal` are so from its first line on."""
    if isinstance(body, cst.IndentedBlock):
        lines = (line for line in body.body if isinstance(line, cst.SimpleStatementLine))
        for small in (small for line in lines for small in line.body):
            if isinstance(small, cst.Global | cst.Nonlocal):
                names = {item.name.value for item in small.names}
                scope.elsewhere |= names
                scope.globals |= names if isinstance(small, cst.Global) else set()


def _parameters(
    walk: _Walk, params: cst.Parameters, owner: cst.CSTNode, outside: Scope, inner: Scope
) -> None:
    walk.found.parents[params] = owner
    stars = (each for each in (params.star_arg, params.star_kwarg) if isinstance(each, cst.Param))
    for param in (*params.posonly_params, *params.params, *params.kwonly_params, *stars):
        walk.found.parents[param] = params
        binding = Binding(
            param.name.value, inner, param, "parameter", param.default, param.annotation
        )
        walk.bind(inner, binding)
        walk.some(param, outside, param.annotation, param.default)


def _lambda(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Lambda)
    inner = walk.opened(node, scope)
    _parameters(walk, node.params, node, scope, inner)
    walk.visit(node.body, node, inner)


def _class(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.ClassDef)
    walk.found.classes.append(node)
    walk.found.scope_of[node] = scope
    walk.bind(scope, Binding(node.name.value, scope, node, "class"))
    walk.some(node, scope, *node.decorators, *node.bases, *node.keywords)
    walk.visit(node.body, node, walk.opened(node, scope))


def _comprehension(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    inner = walk.opened(node, scope)
    # The loops come first: what they bind is read by the element.
    walk.some(node, inner, getattr(node, "for_in", None))
    for name in ("elt", "key", "value"):
        walk.some(node, inner, getattr(node, name, None))


def _comp_for(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.CompFor)
    walk.found.parents[node.target] = node
    walk.target(node.target, scope, node.iter, loop=True)
    walk.some(node, scope, node.iter, *node.ifs, node.inner_for_in)


def _assign(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Assign)
    for target in node.targets:
        walk.found.parents[target] = node
        walk.found.parents[target.target] = target
        walk.target(target.target, scope, node.value)
    walk.visit(node.value, node, scope)


def _annotated(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.AnnAssign)
    walk.found.parents[node.target] = node
    walk.target(node.target, scope, node.value, node.annotation)
    walk.some(node, scope, node.annotation, node.value)


def _annotation(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    walk.below(node, scope)
    stack = list(children(node))
    while stack:
        each = stack.pop()
        if isinstance(each, cst.SimpleString):
            walk.found.quoted.append(each)
        stack.extend(children(each))


def _string(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.SimpleString)
    if node.raw_value.startswith(EXTERNAL):
        walk.found.external.append(node)


def _walrus(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.NamedExpr)
    walk.found.parents[node.target] = node
    walk.target(node.target, scope, node.value)
    walk.visit(node.value, node, scope)


def _augmented(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.AugAssign)
    walk.some(node, scope, node.target, node.value)


def _for(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.For)
    walk.found.parents[node.target] = node
    walk.target(node.target, scope, node.iter, loop=True)
    walk.some(node, scope, node.iter, node.body, node.orelse)


def _as_name(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    """`with x as y`, `except X as y`; the alias of an import is dealt with there."""
    assert isinstance(node, cst.AsName)
    walk.found.parents[node.name] = node
    walk.target(node.name, scope, None)


def _return(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Return)
    if node.value is not None:
        walk.found.returns.setdefault(scope.node, []).append(node.value)
        walk.visit(node.value, node, scope)


def _import(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Import | cst.ImportFrom)
    if isinstance(node.names, cst.ImportStar):
        assert isinstance(node, cst.ImportFrom)
        scope.stars.append(node)
        return
    for alias in node.names:
        walk.found.parents[alias] = node
        binding = Binding(_bound_name(alias), scope, alias, "import", statement=node)
        walk.bind(scope, binding)
        walk.found.imports.append(binding)


def _bound_name(alias: cst.ImportAlias) -> str:
    if alias.asname is not None:
        assert isinstance(alias.asname.name, cst.Name)
        return alias.asname.name.value
    return alias.evaluated_name.split(".")[0]


def _scoped(walk: _Walk, node: cst.CSTNode, scope: Scope) -> None:
    """`global` and `nonlocal` name nothing that is read."""


_HANDLERS: dict[type[cst.CSTNode], _Handler] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Arg: _arg,
    cst.FunctionDef: _function,
    cst.Lambda: _lambda,
    cst.ClassDef: _class,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.CompFor: _comp_for,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.Annotation: _annotation,
    cst.SimpleString: _string,
    cst.NamedExpr: _walrus,
    cst.AugAssign: _augmented,
    cst.For: _for,
    cst.AsName: _as_name,
    cst.Return: _return,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.Global: _scoped,
    cst.Nonlocal: _scoped,
}
