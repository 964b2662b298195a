"""Stand-ins: functions and classes that do nothing, with the signatures that the source has.

A parameter without a readable annotation keeps a literal default, is left out if its default is
another expression, and is left to the ghostwriter's guess by name if it must be given. A class
can be stood in for if its constructor's required parameters can be read: a plain class, a
dataclass or a named tuple without other bases.
"""

import ast
import inspect
import keyword
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lsp_server.actions.ghost.annotations import Annotations, Unknown
from lsp_server.actions.ghost.evidence import inferred
from lsp_server.actions.ghost.names import Names

Function = ast.FunctionDef | ast.AsyncFunctionDef
Kind = inspect._ParameterKind
PLAIN_BASES = frozenset({"object", "typing.Generic", "typing.NamedTuple"})
PLAIN_DECORATORS = ("dataclass", "total_ordering", "final", "dataclasses.dataclass")


@dataclass(slots=True)
class StandIns:
    """Makes stand-ins for one module. `effects` names what must not be constructed."""

    names: Names
    effects: dict[str, str]
    _made: dict[str, type | None] = field(default_factory=dict)

    def function(
        self, node: Function, qualified_name: str, owner: str | None
    ) -> Callable[..., None]:
        """For a function, a class method, or with `owner` a method of its instances."""
        parameters = list(self._parameters(node, skips_first="." in qualified_name))
        if _is_static(node):
            parameters = list(self._parameters(node, skips_first=False))
        if owner is not None:
            name = _free_name(owner, parameters, self.names.module)
            first = inspect.Parameter(
                name, inspect.Parameter.POSITIONAL_ONLY, annotation=self.of_class(owner)
            )
            parameters.insert(0, first)
        doc = "\n".join([ast.get_docstring(node) or "", *_raised(node)])
        return _made(qualified_name, self.names.module, parameters, doc)

    def of_class(self, name: str) -> type:
        """Raises Unknown for a class that cannot be constructed from what its source says."""
        if name not in self._made:
            self._made[name] = None
            self._made[name] = self._class(self.names.classes[name])
        made = self._made[name]
        if made is None:
            raise Unknown(name)
        return made

    def _class(self, node: ast.ClassDef) -> type:
        bases = {self.names.dotted(_owner(base)) for base in node.bases}
        decorators = [self.names.dotted(_called(each)) for each in node.decorator_list]
        if node.keywords or not bases <= PLAIN_BASES or node.name in self.effects:
            raise Unknown(node.name)
        if any(not each.endswith(PLAIN_DECORATORS) for each in decorators):
            raise Unknown(node.name)
        is_record = "typing.NamedTuple" in bases or any("dataclass" in each for each in decorators)
        required = list(self._fields(node) if is_record else self._constructor(node))
        first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        init = _made("__init__", self.names.module, [first, *required], "")
        body = {"__init__": init, "__module__": self.names.module, "__qualname__": node.name}
        return type(node.name, (), body)

    def _constructor(self, node: ast.ClassDef) -> Iterator[inspect.Parameter]:
        methods = {each.name: each for each in node.body if isinstance(each, Function)}
        if "__new__" in methods or any(map(_is_abstract, methods.values())):
            raise Unknown(node.name)
        if "__init__" in methods:
            for each in self._parameters(methods["__init__"], skips_first=True):
                if each.default is inspect.Parameter.empty:
                    yield _annotated(each)

    def _fields(self, node: ast.ClassDef) -> Iterator[inspect.Parameter]:
        methods = {each.name for each in node.body if isinstance(each, Function)}
        if methods & {"__init__", "__new__"}:
            raise Unknown(node.name)
        for each in node.body:
            match each:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
                    if "ClassVar" not in ast.unparse(annotation):
                        yield self._keyword(name, annotation)
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                    if isinstance(value, ast.Call) and not _has_default(value):
                        yield self._keyword(name, annotation)
                case _:
                    continue

    def _keyword(self, name: str, annotation: ast.expr) -> inspect.Parameter:
        return inspect.Parameter(
            name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=self._read(annotation)
        )

    def _read(self, annotation: ast.expr) -> object:
        return Annotations(self.names, self.of_class).read(annotation)

    def _parameters(self, node: Function, *, skips_first: bool) -> Iterator[inspect.Parameter]:
        is_complete = True
        for kind, each, default in list(_written(node))[skips_first:]:
            found = self._parameter(kind, each, default)
            if found and found.default is found.annotation is inspect.Parameter.empty:
                known = inferred(self.names, node, each.arg)
                found = found.replace(annotation=known) if known is not None else found
            # A positional-only parameter behind one that is left out cannot be reached.
            is_complete = is_complete and (
                found is not None or kind is not inspect.Parameter.POSITIONAL_ONLY
            )
            if found and (is_complete or kind is not inspect.Parameter.POSITIONAL_ONLY):
                yield found

    def _parameter(
        self, kind: Kind, node: ast.arg, default: ast.expr | None
    ) -> inspect.Parameter | None:
        annotation: object = inspect.Parameter.empty
        if node.annotation is not None:
            try:
                annotation = self._read(node.annotation)
            except Unknown:
                if default is not None:
                    return None
        if default is None:
            return inspect.Parameter(node.arg, kind, annotation=annotation)
        try:
            value: object = ast.literal_eval(default)
        except (ValueError, TypeError):
            value = inspect.Parameter.empty
        if value is inspect.Parameter.empty and annotation is inspect.Parameter.empty:
            return None
        # A default that cannot be read only says that there is one: the values are drawn.
        given = None if value is inspect.Parameter.empty else value
        return inspect.Parameter(node.arg, kind, annotation=annotation, default=given)


def _written(node: Function) -> Iterator[tuple[Kind, ast.arg, ast.expr | None]]:
    """Parameters as written, without `*args` and `**kwargs`."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for at, (each, default) in enumerate(zip(positional, defaults, strict=True)):
        is_only = at < len(arguments.posonlyargs)
        kind = inspect.Parameter.POSITIONAL_ONLY if is_only else (
            inspect.Parameter.POSITIONAL_OR_KEYWORD
        )  # fmt: skip
        yield kind, each, default
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield inspect.Parameter.KEYWORD_ONLY, each, default


def _made(
    qualified_name: str, module: str, parameters: list[inspect.Parameter], doc: str
) -> Callable[..., None]:
    def stand_in(*arguments: object, **options: object) -> None:
        raise AssertionError("a stand-in is never called")

    stand_in.__name__ = qualified_name.rpartition(".")[2]
    stand_in.__qualname__ = qualified_name
    stand_in.__module__ = module
    stand_in.__doc__ = doc
    stand_in.__annotations__ = {
        each.name: each.annotation
        for each in parameters
        if each.annotation is not inspect.Parameter.empty
    }
    stand_in.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return stand_in


def without_first_hint(call: Callable[..., None]) -> Callable[..., None]:
    """The same, its first parameter without a type, so that no values are drawn for it."""
    first, *rest = inspect.signature(call).parameters.values()
    bare = first.replace(annotation=inspect.Parameter.empty)
    return _made(call.__qualname__, call.__module__, [bare, *rest], call.__doc__ or "")


def _raised(node: Function) -> Iterator[str]:
    """What the ghostwriter reads in a docstring: exceptions that are no failure."""
    for each in ast.walk(node):
        if isinstance(each, ast.Raise) and each.exc is not None:
            name = _called(each.exc)
            if isinstance(name, ast.Name):
                yield f":raises {name.id}:"


def _annotated(parameter: inspect.Parameter) -> inspect.Parameter:
    if parameter.annotation is inspect.Parameter.empty:
        raise Unknown(parameter.name)
    return parameter


def _has_default(value: ast.Call) -> bool:
    """Whether `field(...)` says one, or that the field is no parameter."""
    names = {each.arg for each in value.keywords}
    return bool(names & {"default", "default_factory", "init"}) or not ast.unparse(
        value.func
    ).endswith("field")


def _free_name(owner: str, parameters: list[inspect.Parameter], module: str) -> str:
    """The class's name in the way of variables, which hides neither parameter nor module."""
    name = "".join(f"_{each.lower()}" if each.isupper() else each for each in owner).strip("_")
    taken = {module.partition(".")[0], *(each.name for each in parameters)}
    while name in taken or keyword.iskeyword(name) or not name.isidentifier():
        name += "_"
    return name


def _is_static(node: Function) -> bool:
    return any(ast.unparse(each) == "staticmethod" for each in node.decorator_list)


def _is_abstract(node: Function) -> bool:
    return any("abstract" in ast.unparse(each) for each in node.decorator_list)


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _owner(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node
