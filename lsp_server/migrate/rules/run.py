"""`app.run(port=8000)` becomes `uvicorn.run(app, host="127.0.0.1", port=8000)`.

Flask's defaults are written out, as uvicorn's port is another. `debug=` has no counterpart for an
app object: reloading needs an import string, which the warning gives. A call with arguments that
uvicorn has no word for, or with `**options`, or of a project whose own class of apps has a `run`,
stays, as the helper's `App` has one, too; and so do all calls where tests put something in its
place, which would start a server otherwise.

`flask run` skips such calls, and no server that imports the module skips `uvicorn.run`. So a call
that any import of the module reaches gets its `if __name__ == "__main__":`, unless another module
of the project imports it, and may mean to start the server by that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import libcst as cst

from lsp_server.migrate.names import Own
from lsp_server.migrate.place import imported_paths
from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.run_calls import is_uvicorns, run_arguments
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.tree import Replacement

DEBUG = "`{name}` has no counterpart here: to reload on changes, run `uvicorn {target} --reload`."
NO_TARGET = (
    "`{name}` has no counterpart here: uvicorn reloads an app that stands at the top of a module, "
    "or a function without arguments that makes one."
)
PATCHED = "It stays, as a test puts something in the place of `run`; it starts uvicorn."
ON_IMPORT = "It stands under `if __name__` now: `flask run` skipped it, other servers would not."


def changes(scene: Scene) -> Iterator[Change]:
    """The calls that start Flask's development server."""
    for call in scene.source.facts.calls:
        if not is_uvicorns(scene.source, scene.kinds, call):
            continue
        func = call.func
        assert isinstance(func, cst.Attribute)
        if scene.run_is_patched:
            yield Change(call, warning=PATCHED)
            continue
        yield Change(call, _served, imports=("uvicorn",), warning=_warning(scene, call, func))
        statement = _run_by_imports(scene, call)
        if statement is not None:
            yield Change(statement, _guarded, warning=ON_IMPORT)


def _run_by_imports(scene: Scene, call: cst.Call) -> cst.SimpleStatementLine | None:
    """The statement of the module that is this call, where only servers import the module."""
    parents = scene.source.facts.parents
    statement = parents.get(parents.get(call, call), call)
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    if parents.get(statement) is not scene.source.tree or _is_imported(scene):
        return None
    return statement


def _is_imported(scene: Scene) -> bool:
    here = scene.source.path
    others = (source for path, source in scene.code.sources.items() if path != here)
    return any(here in imported_paths(scene.code, source) for source in others)


def _guarded(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.SimpleStatementLine)
    block = cst.parse_statement('if __name__ == "__main__":\n    pass')
    assert isinstance(block, cst.If)
    body = cst.IndentedBlock([node.with_changes(leading_lines=())])
    return block.with_changes(body=body, leading_lines=node.leading_lines)


def _warning(scene: Scene, call: cst.Call, func: cst.Attribute) -> str | None:
    given = run_arguments(call)
    for name in ("debug", "use_reloader"):
        value = given.get(name)
        if value is not None and not _is(value, "False"):
            target = _target(scene, func.value)
            sentence = DEBUG if target else NO_TARGET
            return sentence.format(name=f"{name}=", target=target)
    return None


def _target(scene: Scene, app: cst.BaseExpression) -> str | None:
    """What uvicorn imports to have the app; None if nothing that is imported has it."""
    made = _unseen(scene, app)
    if made is None:
        home = _home(scene, app)
        return f"{scene.place.module_name(home[0])}:{home[1]}" if home else None
    origins = scene.code.origins(scene.source, made.func)
    homes = {(each.path, each.name) for each in origins if isinstance(each, Own) and each.name}
    if made.args or len(homes) != 1:
        return None
    path, name = homes.pop()
    return f"{scene.place.module_name(path)}:{name} --factory"


def _unseen(scene: Scene, app: cst.BaseExpression) -> cst.Call | None:
    """The call that makes an app, where an import of the module does not see the app."""
    if isinstance(app, cst.Call):
        return app
    scope = scene.source.facts.loads.get(app) if isinstance(app, cst.Name) else None
    for binding in scope.lookup(app.value) if scope and isinstance(app, cst.Name) else ():
        is_local = binding.scope is not scene.source.facts.top
        if isinstance(binding.value, cst.Call) and (is_local or _is_guarded(scene, binding.node)):
            return binding.value
    return None


def _is_guarded(scene: Scene, node: cst.CSTNode) -> bool:
    """Whether it stands under `if __name__ == "__main__":`."""
    above: cst.CSTNode | None = node
    while above is not None:
        if isinstance(above, cst.If) and "__name__" in cst.Module([]).code_for_node(above.test):
            return True
        above = scene.source.facts.parents.get(above)
    return False


def _home(scene: Scene, app: cst.BaseExpression) -> tuple[PurePosixPath, str] | None:
    """Where the app is: importing the module that runs it could run it again. None if it is an
    argument's, such as `self.app`, which no import finds."""
    origins = scene.code.origins(scene.source, app)
    homes = {(each.path, each.name) for each in origins if isinstance(each, Own) and each.name}
    if len(homes) == 1:
        return homes.pop()
    if any(binding.how == "parameter" for binding in _seen(scene, app)):
        return None
    return scene.source.path, cst.Module([]).code_for_node(app)


def _seen(scene: Scene, node: cst.BaseExpression) -> list[Binding]:
    """What the first name of a dotted name was bound to."""
    if isinstance(node, cst.Attribute):
        return _seen(scene, node.value)
    scope = scene.source.facts.loads.get(node) if isinstance(node, cst.Name) else None
    return scope.lookup(node.value) if scope and isinstance(node, cst.Name) else []


def _is(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _served(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    given = run_arguments(node)
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
