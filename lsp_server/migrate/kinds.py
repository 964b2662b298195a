"""Which expressions are Flask apps or blueprints, as far as the source shows it.

Known through assignments, functions that return one, annotations, subclasses, `current_app`, the
arguments that a function is called with, and, where nobody in the project calls it, a parameter
named `app` in a module that uses no other framework. When in doubt an expression is neither: what
is not rewritten still works with the helper, what is rewritten wrongly does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import libcst as cst

from lsp_server.migrate.names import Codebase, External, Own
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.source import Source, dotted_name

Kind: TypeAlias = Literal["app", "blueprint"]

CLASSES: dict[str, Kind] = {
    "flask.Flask": "app",
    "flask.app.Flask": "app",
    "flask.Blueprint": "blueprint",
    "flask.blueprints.Blueprint": "blueprint",
}
PROXIES = frozenset({"flask.current_app", "flask.globals.current_app"})
APP_NAMES = frozenset({"app", "application", "flask_app", "current_app"})
OTHER_FRAMEWORKS = frozenset(
    {"fastapi", "starlette", "quart", "sanic", "bottle", "aiohttp", "dash", "tornado", "chalice"}
)


class Kinds:
    """Answers for one codebase, remembered; the tree of a source must not change meanwhile."""

    def __init__(self, code: Codebase) -> None:
        self._code = code
        self._known: dict[cst.CSTNode, Kind | None] = {}
        self._calls: dict[str, list[tuple[Source, cst.Call]]] = {}
        self._attributes: dict[tuple[cst.CSTNode, str], list[tuple[Source, cst.BaseExpression]]]
        self._attributes = {}
        self._overridden: set[tuple[Kind | None, str]] | None = None
        for source in code.sources.values():
            self._index(source)

    def _index(self, source: Source) -> None:
        for call in source.facts.calls:
            name = dotted_name(call.func).rpartition(".")[2]
            if name:
                self._calls.setdefault(name, []).append((source, call))
        for target, value in source.facts.attributes:
            owner = _self_class(source, target.value)
            if owner is not None:
                key = (owner, target.attr.value)
                self._attributes.setdefault(key, []).append((source, value))

    def of(self, source: Source, node: cst.BaseExpression) -> Kind | None:
        """Whether an expression is an app, a blueprint or neither."""
        if node not in self._known:
            self._known[node] = None  # What refers to itself is nothing new.
            self._known[node] = self._found(source, node)
        return self._known[node]

    def constructed(self, source: Source, call: cst.Call) -> Kind | None:
        """What a call makes, if it calls a class: Flask's, or one derived from it."""
        return self._of_class(source, call.func)

    def class_kind(self, source: Source, node: cst.ClassDef) -> Kind | None:
        """What the instances of a class of the project are."""
        found = (self._of_class(source, base.value) for base in node.bases)
        return next((kind for kind in found if kind), None)

    def overridden(self, kind: Kind, name: str) -> bool:
        """Whether a class of the project, of apps or blueprints, has a method of its own."""
        if self._overridden is None:
            self._overridden = {
                (self.class_kind(source, node), statement.name.value)
                for source in self._code.sources.values()
                for node in source.facts.classes
                for statement in node.body.body
                if isinstance(statement, cst.FunctionDef)
            }
        return (kind, name) in self._overridden

    def returns(self, source: Source, binding: Binding) -> Kind | None:
        """What a function returns."""
        return self._returned(source, binding)

    # -- expressions -----------------------------------------------------------------------

    def _found(self, source: Source, node: cst.BaseExpression) -> Kind | None:
        if isinstance(node, cst.Call):
            return self._called(source, node)
        if isinstance(node, cst.Name):
            return self._named(source, node)
        if isinstance(node, cst.Attribute):
            return self._attribute(source, node)
        if isinstance(node, cst.NamedExpr):
            return self.of(source, node.value)
        if isinstance(node, cst.IfExp):
            return self.of(source, node.body) or self.of(source, node.orelse)
        if isinstance(node, cst.BooleanOperation):
            return self.of(source, node.left) or self.of(source, node.right)
        return None

    def _called(self, source: Source, call: cst.Call) -> Kind | None:
        func = call.func
        if isinstance(func, cst.Attribute) and func.attr.value == "_get_current_object":
            return self.of(source, func.value)
        made = self._of_class(source, func)
        if made:
            return made
        if isinstance(func, cst.Name):
            scope = source.facts.loads.get(func)
            local = scope.lookup(func.value) if scope else []
            found = (self._returned(source, each) for each in local if each.how == "function")
            kind = next((kind for kind in found if kind), None)
            if kind:
                return kind
        for origin in self._code.origins(source, func):
            if isinstance(origin, Own):
                definitions = self._code.definitions(origin)
                found = (self._returned(home, each) for home, each in definitions)
                return next((kind for kind in found if kind), None)
        return None

    def _returned(self, source: Source, binding: Binding) -> Kind | None:
        if binding.how != "function":
            return None
        annotated = self._annotated(source, binding.annotation)
        if annotated:
            return annotated
        values = source.facts.returns.get(binding.node, [])
        return next((kind for kind in (self.of(source, value) for value in values) if kind), None)

    def _of_class(self, source: Source, node: cst.BaseExpression) -> Kind | None:
        for origin in self._code.origins(source, node):
            if isinstance(origin, External):
                if origin.name in CLASSES:
                    return CLASSES[origin.name]
                continue
            for home, binding in self._code.definitions(origin):
                if isinstance(binding.node, cst.ClassDef):
                    return self._derived(home, binding.node)
        return None

    def _derived(self, source: Source, node: cst.ClassDef) -> Kind | None:
        if node not in self._known:
            self._known[node] = None
            self._known[node] = self.class_kind(source, node)
        return self._known[node]

    # -- names -----------------------------------------------------------------------------

    def _named(self, source: Source, node: cst.Name) -> Kind | None:
        if self._code.externals(source, node) & PROXIES:
            return "app"
        scope = source.facts.loads.get(node)
        if scope is None:
            return None
        for home, binding in self._bindings(source, node, scope.lookup(node.value)):
            kind = self._bound(home, binding)
            if kind:
                return kind
        return None

    def _bindings(
        self, source: Source, node: cst.BaseExpression, bindings: list[Binding]
    ) -> Iterator[tuple[Source, Binding]]:
        yield from ((source, binding) for binding in bindings if binding.how != "import")
        for origin in self._code.origins(source, node):
            if isinstance(origin, Own):
                yield from self._code.definitions(origin)

    def _bound(self, source: Source, binding: Binding) -> Kind | None:
        if binding.how == "parameter":
            return self._parameter(source, binding)
        if binding.how != "value":
            return None
        annotated = self._annotated(source, binding.annotation)
        if annotated or binding.value is None:
            return annotated
        if binding.loop:
            return self._element(source, binding.value)
        return self.of(source, binding.value)

    def _element(self, source: Source, iterated: cst.BaseExpression) -> Kind | None:
        if isinstance(iterated, cst.Tuple | cst.List):
            kinds = {self.of(source, element.value) for element in iterated.elements}
            return kinds.pop() if len(kinds) == 1 else None
        return None

    def _attribute(self, source: Source, node: cst.Attribute) -> Kind | None:
        if self._code.externals(source, node) & PROXIES:
            return "app"
        owner = _self_class(source, node.value)
        if owner is not None:
            found = self._attributes.get((owner, node.attr.value), [])
            return next((kind for home, value in found if (kind := self.of(home, value))), None)
        for home, binding in self._bindings(source, node, []):
            kind = self._bound(home, binding)
            if kind:
                return kind
        return None

    # -- parameters ------------------------------------------------------------------------

    def _annotated(self, source: Source, annotation: cst.Annotation | None) -> Kind | None:
        if annotation is None:
            return None
        node = annotation.annotation
        if isinstance(node, cst.SimpleString):
            return _quoted(node)
        if isinstance(node, cst.BinaryOperation):  # Flask | None
            return self._of_class(source, node.left) or self._of_class(source, node.right)
        if isinstance(node, cst.Subscript) and dotted_name(node.value).endswith("Optional"):
            inner = node.slice[0].slice
            return self._of_class(source, inner.value) if isinstance(inner, cst.Index) else None
        return self._of_class(source, node)

    def _parameter(self, source: Source, binding: Binding) -> Kind | None:
        annotated = self._annotated(source, binding.annotation)
        if annotated:
            return annotated
        function = binding.scope.node
        if not isinstance(function, cst.FunctionDef):
            return None
        owner = _method_class(source, function)
        if owner is not None and _first_parameter(function) == binding.name:
            return self.class_kind(source, owner)
        named = self._calls.get(_callable_name(function, owner), [])
        calls = [(home, call) for home, call in named if self._may_call(home, call, source)]
        if calls:
            return self._passed(calls, function, binding.name, owner is not None)
        if binding.name in APP_NAMES and not _other_framework(source):
            return "app"
        return None

    def _may_call(self, source: Source, call: cst.Call, defining: Source) -> bool:
        """Whether a call by a function's name may be one of that function: methods of objects
        are not looked up."""
        origins = self._code.origins(source, call.func)
        own = (each for each in origins if isinstance(each, Own))
        return not origins or any("." in each.name or each.path == defining.path for each in own)

    def _passed(
        self,
        calls: list[tuple[Source, cst.Call]],
        function: cst.FunctionDef,
        name: str,
        method: bool,
    ) -> Kind | None:
        """What some call passes for a parameter."""
        index = _position(function, name, method)
        for source, call in calls:
            for place, arg in enumerate(call.args):
                fits = arg.keyword.value == name if arg.keyword else place == index
                kind = self.of(source, arg.value) if fits and not arg.star else None
                if kind:
                    return kind
        return None


def _quoted(node: cst.SimpleString) -> Kind | None:
    name = str(node.evaluated_value).rpartition(".")[2]
    return {"Flask": "app", "Blueprint": "blueprint"}.get(name)  # type: ignore[return-value]


def _self_class(source: Source, node: cst.BaseExpression) -> cst.ClassDef | None:
    """The class whose instance a name is, as the first parameter of a method around it."""
    if not isinstance(node, cst.Name):
        return None
    above: cst.CSTNode | None = node
    while above is not None:
        above = source.facts.parents.get(above)
        if isinstance(above, cst.FunctionDef):
            owner = _method_class(source, above)
            if owner is not None and _first_parameter(above) == node.value:
                return owner
    return None


def _method_class(source: Source, function: cst.FunctionDef) -> cst.ClassDef | None:
    scope = source.facts.scope_of.get(function)
    if scope is None or not isinstance(scope.node, cst.ClassDef):
        return None
    static = (dotted_name(each.decorator) == "staticmethod" for each in function.decorators)
    return None if any(static) else scope.node


def _callable_name(function: cst.FunctionDef, owner: cst.ClassDef | None) -> str:
    if owner is not None and function.name.value == "__init__":
        return owner.name.value
    return function.name.value


def _parameters(function: cst.FunctionDef) -> list[str]:
    params = function.params
    return [param.name.value for param in (*params.posonly_params, *params.params)]


def _first_parameter(function: cst.FunctionDef) -> str | None:
    return next(iter(_parameters(function)), None)


def _position(function: cst.FunctionDef, name: str, method: bool) -> int:
    names = _parameters(function)
    return names.index(name) - method if name in names else -1


def _other_framework(source: Source) -> bool:
    for binding in source.facts.imports:
        statement = binding.statement
        if isinstance(statement, cst.ImportFrom):
            first = dotted_name(statement.module).split(".")[0] if not statement.relative else ""
        else:
            assert isinstance(binding.node, cst.ImportAlias)
            first = binding.node.evaluated_name.split(".")[0]
        if first in OTHER_FRAMEWORKS:
            return True
    return False
