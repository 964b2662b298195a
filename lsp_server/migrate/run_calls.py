"""Calls of `app.run`: what they are given, and which of them `uvicorn.run` can stand for."""

from __future__ import annotations

import libcst as cst

from lsp_server.migrate.kinds import Kinds
from lsp_server.migrate.routes import has_comments
from lsp_server.migrate.source import Source

POSITIONS = ("host", "port", "debug", "load_dotenv")
DROPPED = frozenset({"debug", "load_dotenv", "threaded", "use_reloader", "use_debugger"})


def is_uvicorns(source: Source, kinds: Kinds, call: cst.Call) -> bool:
    """Whether a call runs an app and says nothing that uvicorn has no word for.

    A class of the project that has a `run` of its own means something else by it.
    """
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "run":
        return False
    is_app = kinds.of(source, func.value) == "app" and not kinds.overridden("app", "run")
    return is_app and _is_sayable(call)


def run_arguments(call: cst.Call) -> dict[str, cst.BaseExpression]:
    """The arguments by the names of Flask's parameters."""
    found: dict[str, cst.BaseExpression] = {}
    for index, arg in enumerate(call.args):
        if arg.keyword is not None:
            found[arg.keyword.value] = arg.value
        elif index < len(POSITIONS):
            found[POSITIONS[index]] = arg.value
    return found


def _is_sayable(call: cst.Call) -> bool:
    if any(arg.star for arg in call.args) or has_comments(call):
        return False
    given = run_arguments(call)
    return set(given) <= {"host", "port", *DROPPED} and len(call.args) <= len(given)
