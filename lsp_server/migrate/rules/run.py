"""`app.run(port=8000)` becomes `uvicorn.run(app, host="127.0.0.1", port=8000)`.

Flask's defaults are written out, as uvicorn's port is another. `debug=` has no counterpart for an
app object: reloading needs an import string, which the warning gives. A call with arguments that
uvicorn has no word for, or with `**options`, stays, as the helper's `App` has a `run`, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.names import Own, Source
from lsp_server.migrate.routes import has_comments
from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.tree import Replacement

POSITIONS = ("host", "port", "debug", "load_dotenv")
DROPPED = frozenset({"debug", "load_dotenv", "threaded", "use_reloader", "use_debugger"})
DEBUG = "`{name}=` has no counterpart here: to reload on changes, {how}."
COMMAND = "run `uvicorn {target} --reload`"
NAMELESS = (
    "uvicorn needs the app by a name that can be imported, as in `uvicorn MODULE:APP --reload`, "
    "or a function that makes it, with `--factory`"
)


def changes(scene: Scene) -> Iterator[Change]:
    """The calls that start Flask's development server."""
    for call in scene.source.facts.calls:
        func = call.func
        if not isinstance(func, cst.Attribute) or func.attr.value != "run":
            continue
        if scene.kinds.of(scene.source, func.value) != "app" or not _sayable(call):
            continue
        yield Change(call, _served, imports=("uvicorn",), warning=_warning(scene, call, func))


def _sayable(call: cst.Call) -> bool:
    if any(arg.star for arg in call.args) or has_comments(call):
        return False
    return set(_arguments(call)) <= {"host", "port", *DROPPED} and len(call.args) <= len(
        _arguments(call)
    )


def _arguments(call: cst.Call) -> dict[str, cst.BaseExpression]:
    found: dict[str, cst.BaseExpression] = {}
    for index, arg in enumerate(call.args):
        if arg.keyword is not None:
            found[arg.keyword.value] = arg.value
        elif index < len(POSITIONS):
            found[POSITIONS[index]] = arg.value
    return found


def _warning(scene: Scene, call: cst.Call, func: cst.Attribute) -> str | None:
    given = _arguments(call)
    for name in ("debug", "use_reloader"):
        value = given.get(name)
        if value is not None and not _is(value, "False"):
            target = _target(scene, func.value)
            how = COMMAND.format(target=target) if target else NAMELESS
            return DEBUG.format(name=name, how=how)
    return None


def _target(scene: Scene, app: cst.BaseExpression) -> str | None:
    """The app as uvicorn's arguments name it: where it is, as importing the module that runs it
    could run it again. None if no name leads to it."""
    if isinstance(app, cst.Call):
        made_by = None if app.args else _importable(scene, app.func)
        return made_by and f"{made_by} --factory"
    return _importable(scene, app)


def _importable(scene: Scene, node: cst.BaseExpression) -> str | None:
    origins = scene.code.origins(scene.source, node)
    homes = {each for each in origins if isinstance(each, Own) and each.name}
    if len(homes) != 1:
        return None
    home = homes.pop()
    if any(_is_guarded(*each) for each in scene.code.definitions(home)):
        return None
    return f"{scene.place.module_name(home.path)}:{home.name}"


def _is_guarded(source: Source, binding: Binding) -> bool:
    """Whether it is bound below `if __name__ == "__main__"`, so not where uvicorn imports it."""
    above: cst.CSTNode | None = binding.node
    while above is not None:
        if isinstance(above, cst.If) and "__name__" in source.tree.code_for_node(above.test):
            return True
        above = source.facts.parents.get(above)
    return False


def _is(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _served(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    given = _arguments(node)
    host: cst.BaseExpression = cst.SimpleString('"127.0.0.1"')
    port: cst.BaseExpression = cst.Integer("5000")
    args = [cst.Arg(node.func.value)]
    for name, default in (("host", host), ("port", port)):
        value = given.get(name, default)
        args.append(_keyword(name, default if _is(value, "None") else value))
    func = node.func.with_changes(value=cst.Name("uvicorn"))
    return node.with_changes(func=func, args=args, whitespace_before_args=cst.SimpleWhitespace(""))


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(value, cst.Name(name), equal=tight)
