"""What stays on Flask is registered on the Flask app beside: `flask_beside(app)`.

    app.register_blueprint(legacy.bp)       flask_beside(app).register_blueprint(legacy.bp)
    Compress(app)                           Compress(flask_beside(app))

Holds for blueprints of modules that stay, for functions of theirs that are given the app, and for
extensions that have no profile. Where modules stay, or an extension is never given the app, as one
that only has decorators, the Flask app is made with the app.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.exports import NO_PROFILE
from lsp_server.migrate.names import Own
from lsp_server.migrate.rules.change import Change, Scene
from lsp_server.migrate.rules.optional import optional_import
from lsp_server.migrate.scopes import Binding
from lsp_server.migrate.source import Source
from lsp_server.migrate.tree import Replacement

BESIDE = "flask_beside"


def changes(scene: Scene) -> Iterator[Change]:
    """The places where a module gives the app to what stays on Flask."""
    for call in scene.source.facts.calls:
        if _is_beside(scene, call):
            yield from (_change(scene, node) for node in _given(scene, call))
        elif scene.needs_flask and scene.kinds.constructed(scene.source, call) == "app":
            yield from _made(scene, call)


def gives_app(scene: Scene) -> bool:
    """Whether a module gives the app to what stays on Flask."""
    calls = (call for call in scene.source.facts.calls if _is_beside(scene, call))
    return any(next(_given(scene, call), None) for call in calls)


def _is_beside(scene: Scene, call: cst.Call) -> bool:
    return stays_on_flask(scene, call) or _is_of_flask(scene, call.func)


def _given(scene: Scene, call: cst.Call) -> Iterator[cst.BaseExpression]:
    """Where a call that belongs beside names the app."""
    if stays_on_flask(scene, call):
        assert isinstance(call.func, cst.Attribute)
        yield call.func.value
        return
    for arg in call.args:
        if not arg.star and scene.kinds.of(scene.source, arg.value) == "app":
            yield arg.value


def stays_on_flask(scene: Scene, call: cst.Call) -> bool:
    """Whether a call registers a blueprint of a module that stays, on an app."""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "register_blueprint":
        return False
    if not call.args or scene.kinds.of(scene.source, func.value) != "app":
        return False
    return _comes_from_staying(scene, scene.source, call.args[0].value)


def _is_of_flask(scene: Scene, func: cst.BaseExpression) -> bool:
    """Whether what is called belongs to a module that stays or an extension without a profile."""
    owner = func.value if isinstance(func, cst.Attribute) else func
    if _comes_from_staying(scene, scene.source, owner) or _is_extension(scene, scene.source, func):
        return True
    bound = _bound(scene, scene.source, owner)
    return any(_is_made_by_extension(scene, *found) for found in bound)


def _comes_from_staying(scene: Scene, source: Source, node: cst.BaseExpression) -> bool:
    origins = scene.code.origins(source, node)
    return any(isinstance(origin, Own) and origin.path in scene.staying for origin in origins)


def _is_extension(scene: Scene, source: Source, node: cst.BaseExpression) -> bool:
    """Whether it is of an extension without a profile, or a class made of one of its classes."""
    pending, seen = [(source, node)], set()
    while pending:
        home, asked = pending.pop()
        if _is_named_of_extension(scene, home, asked):
            return True
        for other, binding in _bound(scene, home, asked):
            if isinstance(binding.node, cst.ClassDef) and binding.node not in seen:
                seen.add(binding.node)
                pending += [(other, base.value) for base in binding.node.bases]
    return False


def _is_named_of_extension(scene: Scene, source: Source, node: cst.BaseExpression) -> bool:
    for name in scene.code.externals(source, node):
        refusal = scene.exports.refusal(name)
        if refusal is not None and refusal[1] == NO_PROFILE:
            return not _is_optional(scene, source, node)
    return False


def _is_optional(scene: Scene, source: Source, node: cst.BaseExpression) -> bool:
    """Whether the project can do without the extension, and is going to."""
    root = node
    while isinstance(root, cst.Attribute):
        root = root.value
    scope = source.facts.loads.get(root) if isinstance(root, cst.Name) else None
    bindings = scope.lookup(root.value) if scope and isinstance(root, cst.Name) else []
    return any(
        optional_import(source, scene.exports, binding) is not None
        for binding in bindings
        if binding.how == "import"
    )


def _bound(
    scene: Scene, source: Source, node: cst.BaseExpression
) -> Iterator[tuple[Source, Binding]]:
    """What a name was bound to, imports followed."""
    if isinstance(node, cst.Name):
        scope = source.facts.loads.get(node)
        local = scope.lookup(node.value) if scope else []
        yield from ((source, binding) for binding in local if binding.how != "import")
    for origin in scene.code.origins(source, node):
        if isinstance(origin, Own):
            yield from scene.code.definitions(origin)


def _is_made_by_extension(scene: Scene, source: Source, binding: Binding) -> bool:
    value = binding.value
    return isinstance(value, cst.Call) and _is_class_of(scene, source, value.func)


def _is_class_of(scene: Scene, source: Source, node: cst.BaseExpression, steps: int = 5) -> bool:
    """Whether a name is an extension's, or a class of the project that derives from one."""
    if _is_extension(scene, source, node):
        return True
    owned = (each for each in scene.code.origins(source, node) if isinstance(each, Own))
    return steps > 0 and any(
        _is_class_of(scene, home, base.value, steps - 1)
        for origin in owned
        for home, binding in scene.code.definitions(origin)
        if isinstance(binding.node, cst.ClassDef)
        for base in binding.node.bases
    )


def _change(scene: Scene, node: cst.BaseExpression) -> Change:
    return Change(node, _wrapped, frozenset({BESIDE}), (_import(scene),))


def _import(scene: Scene) -> str:
    place = scene.place.imported_by(scene.source.path)
    return f"{'.' * place.level}{place.module}.{BESIDE}"


def _wrapped(node: cst.CSTNode) -> Replacement:
    assert isinstance(node, cst.BaseExpression)
    return cst.Call(cst.Name(BESIDE), [cst.Arg(node)])


def _made(scene: Scene, call: cst.Call) -> Iterator[Change]:
    """`app = Flask(__name__)` is followed by `flask_beside(app)`."""
    statement = scene.source.facts.parents.get(call)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return
    line = scene.source.facts.parents.get(statement)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return
    target = statement.targets[0].target
    expression = cst.Expr(cst.Call(cst.Name(BESIDE), [cst.Arg(target.deep_clone())]))
    added = cst.SimpleStatementLine([expression])
    yield Change(line, lambda node: (node, added), frozenset({BESIDE}), (_import(scene),))
