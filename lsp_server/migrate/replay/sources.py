"""The keys that the source reads from requests, found by syntax alone.

Read are `request.args.get("q", type=int)` and its like, what is taken from a variable that holds
`request.get_json()` or `request.form`, the fields of form, schema and reqparse classes. A view's
keys are those in its own body and in what it calls by a name of the project; a view that shows
none, but whose module does, is given the module's.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
PLACES: Final = frozenset({"args", "form", "values", "json", "headers", "cookies", "files"})
ACCOUNTS: Final = re.compile(r"user|token|key|account|credential", re.IGNORECASE)
CONVERSIONS: Final = frozenset({"int", "float", "bool", "UUID", "Decimal"})
FIELD_BASES: Final = ("Form", "Schema", "BaseModel")
FIELD_KINDS: Final = {
    "IntegerField": "int", "Integer": "int", "Int": "int", "FloatField": "float", "Float": "float",
    "BooleanField": "bool", "Boolean": "bool", "Bool": "bool", "EmailField": "email",
    "Email": "email", "DateField": "date", "Date": "date", "PasswordField": "password",
    "FileField": "file", "DecimalField": "Decimal", "List": "list", "URLField": "url",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One key: where it is read, its name, the type that the source asks for, and a value that it
    is compared with."""

    place: str
    name: str
    kind: str = ""
    value: str = ""


@dataclass(slots=True)
class Reads:
    """What one function reads and calls, by name."""

    keys: set[Key] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Sources:
    """The keys of a project. Functions are known by file and name, methods by class and name.

    `accounts` are pairs of texts in tables that are named like ones of users or tokens.
    """

    functions: Mapping[tuple[str, str], Reads]
    accounts: tuple[tuple[str, str], ...] = ()

    def keys(self, file: str, view: str, method: str) -> list[Key]:
        """The keys that a view reads, in a stable order."""
        names = (f"{view}.{method.lower()}", f"{view}.dispatch_request", view)
        found: set[Key] = set()
        for name in names:
            if reads := self.functions.get((file, name)):
                found |= self._with_called(reads)
        return sorted(found or self._of_module(file))

    def _with_called(self, reads: Reads) -> set[Key]:
        named = self.functions.items()
        others = (each.keys for (_, name), each in named if name in reads.calls)
        return reads.keys.union(*others)

    def _of_module(self, file: str) -> set[Key]:
        return set().union(*(r.keys for (place, _), r in self.functions.items() if place == file))


def read_sources(files: Mapping[PurePosixPath, str]) -> Sources:
    """The keys of all Python files that can be parsed."""
    functions: dict[tuple[str, str], Reads] = {}
    accounts: dict[tuple[str, str], None] = {}
    for path, text in files.items():
        if path.suffix != ".py":
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        accounts.update(dict.fromkeys(_accounts(tree)))
        for name, node in _functions(tree):
            functions[str(path), name] = _reads(node)
    return Sources(functions, tuple(accounts))


def _accounts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`USERS = {"ann": "pass"}`; the text within `generate_password_hash("pass")` counts, too."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        if not any(ACCOUNTS.search(_last_name(target) or "") for target in node.targets):
            continue
        for key, value in zip(node.value.keys, node.value.values, strict=True):
            inner = value.args[0] if isinstance(value, ast.Call) and value.args else value
            if name := _text(key):
                yield name, _text(inner) or ""


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """All functions, methods with their class in front; classes of fields count as functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
            yield from _functions(node)
        elif isinstance(node, ast.ClassDef):
            yield node.name, node
            yield from _functions(node, f"{node.name}.")
        else:
            yield from _functions(node, prefix)


def _reads(node: ast.AST) -> Reads:
    if isinstance(node, ast.ClassDef):
        return Reads(set(_fields(node)))
    found = Reads()
    decorators = node.decorator_list if isinstance(node, FUNCTIONS) else []
    holders = dict(_holders(node))
    for each in ast.walk(node):
        found.keys |= set(_keys(each, holders))
        found.keys |= {*_converted(each, holders), *_compared(each, holders)}
        if isinstance(each, ast.Call) and (name := _last_name(each.func)):
            found.calls.add(name)
    found.calls |= {name for each in decorators if (name := _last_name(each))}
    return found


def _holders(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Variables that hold a part of the request: name and place."""
    for each in ast.walk(node):
        targets: list[ast.expr] = []
        if isinstance(each, ast.Assign):
            targets = each.targets
        elif isinstance(each, ast.AnnAssign | ast.NamedExpr):
            targets = [each.target]
        else:
            continue
        place = _place(each.value) if each.value is not None else None
        for target in targets:
            if place and isinstance(target, ast.Name):
                yield target.id, place


def _place(node: ast.expr, holders: Mapping[str, str] | None = None) -> str | None:
    """The part of the request that an expression is: `request.form`, `request.get_json() or {}`."""
    if isinstance(node, ast.BoolOp):
        return next((found for value in node.values if (found := _place(value, holders))), None)
    if isinstance(node, ast.Name):
        return (holders or {}).get(node.id)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get_json":
            return "json"
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"to_dict", "copy"}:
            return _place(node.func.value, holders)
        return None
    if isinstance(node, ast.Attribute) and _last_name(node.value) == "request":
        return node.attr if node.attr in PLACES else None
    return None


def _keys(node: ast.AST, holders: Mapping[str, str]) -> Iterator[Key]:
    if isinstance(node, ast.Subscript):
        place = _place(node.value, holders)
        if place and (name := _text(node.slice)):
            yield Key(place, name)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from _called(node, node.func, holders)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        place = _place(node.comparators[0], holders)
        if place and (name := _text(node.left)):
            yield Key(place, name)


def _converted(node: ast.AST, holders: Mapping[str, str]) -> Iterator[Key]:
    """`int(request.args["n"])` says as much as `type=int`."""
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in CONVERSIONS:
        yield from (Key(key.place, key.name, name) for key in _keys(node.args[0], holders))


def _compared(node: ast.AST, holders: Mapping[str, str]) -> Iterator[Key]:
    """`request.headers.get("X-Key") == "k"` says which value leads on."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return
    for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
        if value := _text(other):
            yield from (Key(key.place, key.name, "", value) for key in _keys(one, holders))


def _called(node: ast.Call, func: ast.Attribute, holders: Mapping[str, str]) -> Iterator[Key]:
    name = _text(node.args[0]) if node.args else None
    if name is None:
        return
    if func.attr in {"get", "getlist", "pop", "get_all"}:
        if place := _place(func.value, holders):
            yield Key(place, name, _kind(node, 2))
    elif func.attr == "add_argument" and not name.startswith("-"):
        location = next((k.value for k in node.keywords if k.arg == "location"), None)
        given = _text(location) if location is not None else None
        for place in (given,) if given in PLACES else ("args", "json"):
            yield Key(str(place), name, _kind(node, 1))


def _kind(node: ast.Call, position: int) -> str:
    given = next((k.value for k in node.keywords if k.arg == "type"), None)
    if given is None and len(node.args) > position:
        given = node.args[position]
    return _last_name(given) or "" if given is not None else ""


def _fields(node: ast.ClassDef) -> Iterator[Key]:
    """`username = StringField(...)` of a form, `name = fields.Str()` of a schema."""
    bases = [_last_name(base) or "" for base in node.bases]
    if not any(base.endswith(FIELD_BASES) for base in bases):
        return
    places = ("form",) if any(base.endswith("Form") for base in bases) else ("json", "args")
    for each in node.body:
        if not isinstance(each, ast.Assign) or not isinstance(each.value, ast.Call):
            continue
        kind = FIELD_KINDS.get(_last_name(each.value.func) or "", "")
        for target in each.targets:
            if isinstance(target, ast.Name):
                yield from (
                    Key("files" if kind == "file" else place, target.id, kind) for place in places
                )


def _text(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _last_name(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def of_place(keys: Iterable[Key], *places: str) -> list[Key]:
    """The keys read from one of the places, each name once."""
    found: dict[str, Key] = {}
    for key in keys:
        known = found.get(key.name)
        if key.place in places and (known is None or key.value or (key.kind and not known.value)):
            found[key.name] = key
    return list(found.values())
