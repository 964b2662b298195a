"""What of a module can be called from a test, and why the rest is left out."""

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lsp_server.actions.ghost.annotations import Unknown
from lsp_server.actions.ghost.effects import effects
from lsp_server.actions.ghost.names import Names
from lsp_server.actions.ghost.stand_ins import Function, StandIns

TRANSPARENT = (
    "staticmethod", "classmethod", "cache", "lru_cache", "wraps", "final", "override",
    "deprecated", "typing.no_type_check",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A function or method with its stand-in; `reason` says why it has none."""

    name: str
    node: Function
    call: Callable[..., None] | None
    reason: str = ""


def targets(names: Names, wanted: frozenset[str] | None) -> list[Target]:
    """The public functions and methods, or those that are `wanted` by qualified name."""
    found = effects(names)
    stand_ins = StandIns(names, found)
    return [
        _target(stand_ins, found, name, owner, node)
        for name, owner, node in _callables(names)
        if (_is_public(name) if wanted is None else name in wanted)
    ]


def _callables(names: Names) -> Iterator[tuple[str, str, Function]]:
    """Qualified name, class or "", and syntax; properties and special methods are no calls."""
    for name, node in names.functions.items():
        yield name, "", node
    for owner, each in names.classes.items():
        for method in each.body:
            if isinstance(method, Function) and _is_called(method):
                yield f"{owner}.{method.name}", owner, method


def _target(
    stand_ins: StandIns, found: dict[str, str], name: str, owner: str, node: Function
) -> Target:
    reason = _reason(stand_ins.names, found, name, node)
    if reason:
        return Target(name, node, None, reason)
    is_of_class = any(
        ast.unparse(each) in ("staticmethod", "classmethod") for each in node.decorator_list
    )
    try:
        call = stand_ins.function(node, name, owner if owner and not is_of_class else None)
    except Unknown as unknown:
        return Target(name, node, None, f"no value of type `{unknown}` can be made")
    except ValueError:
        return Target(name, node, None, "its parameters cannot be told apart")
    if stand_ins.names.module.partition(".")[0] in inspect.signature(call).parameters:
        return Target(name, node, None, "a parameter hides the module's name")
    return Target(name, node, call)


def _reason(names: Names, found: dict[str, str], name: str, node: Function) -> str:
    if isinstance(node, ast.AsyncFunctionDef):
        return "it is asynchronous"
    if name in found:
        return f"it may change or read what is outside (`{found[name].removeprefix('….')}`)"
    for each in node.decorator_list:
        decorator = names.dotted(each.func if isinstance(each, ast.Call) else each)
        if not decorator.endswith(TRANSPARENT):
            return f"`@{ast.unparse(each)}` may change how it is called"
    return ""


def _is_called(method: Function) -> bool:
    """Properties are read, and special methods are called by operators."""
    decorators = [ast.unparse(each) for each in method.decorator_list]
    is_read = any("property" in each or each.endswith((".setter", ".getter", ".deleter"))
                  for each in decorators)  # fmt: skip
    return not is_read and not method.name.startswith("__")


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))
