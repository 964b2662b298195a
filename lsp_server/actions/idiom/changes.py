"""Every answer that a native route gives otherwise than the view did, as the code shows it.

Told from the new function's signature, decorators and returns, against the old one's. What cannot
be seen there (a body's own logic) is what the replay of requests is for.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_server.actions.idiom.result import native_function, parameters, returned
from lsp_server.actions.idiom.route import Function, Route
from lsp_server.checks import python_tree

SAME = (
    "Unchanged: path, methods, endpoint name, 404 and 405 of the app, the slash that is added, "
    "HEAD and OPTIONS, session, `g`, and all hooks, which still see every request and answer."
)
THREAD = (
    "Dependencies run in other threads than the function and the hooks: what belongs to one "
    "thread, such as a connection of `sqlite3`, must not be opened in one."
)
BODY = (
    "`{name}` is the body: one that is no JSON, has another content type, or does not fit "
    "`{type}` is answered 422; before it was 415 or 400, or what the code did without the key. "
    "Values are converted to their types, and keys that the type does not have are dropped."
)
TEXTS = frozenset({"str", "Any", "object", ""})
SOURCES = frozenset(
    {"Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "Security"}
)
RESPONSES = ("Response",)
SCALARS = frozenset(
    {"int", "float", "bool", "str", "bytes", "date", "datetime", "time", "timedelta", "UUID",
     "Decimal", "Any", "PositiveInt", "NonNegativeInt", "Literal"}
)  # fmt: skip
SPECIAL = frozenset({"Request", "Response", "BackgroundTasks", "WebSocket", "HTTPConnection"})


@dataclass(frozen=True, slots=True)
class _Parameter:
    """`source` is where FastAPI takes it from, `type_` what it must be."""

    name: str
    source: str
    type_: str
    is_required: bool
    is_listed: bool


def changes(route: Route, after: str) -> tuple[str, ...]:
    """Sentences in Markdown; () where the result has no such route."""
    tree = python_tree.module(after)
    function = native_function(route, tree) if tree else None
    if tree is None or function is None:
        return ()
    told = [*_inputs(route, tree, function), *_outputs(route, tree, function)]
    return tuple(dict.fromkeys(told))


def _inputs(route: Route, tree: ast.Module, function: Function) -> Iterator[str]:
    classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for each in _parameters(route, function, classes):
        match each.source:
            case "path":
                yield from _path(route, each)
            case "Depends" | "Security":
                yield (
                    f"`{each.name}` comes from a dependency: what that raises is the answer, and "
                    "the function is not called."
                )
                yield THREAD
            case "Body":
                yield BODY.format(name=each.name, type=each.type_ or "it")
            case "File":
                yield f"`{each.name}` is a file of a form: a request without it is answered 422."
                yield "Forms need the package `python-multipart`: add it to the requirements."
            case _:
                yield from _field(each)


def _path(route: Route, each: _Parameter) -> Iterator[str]:
    """A rule's converter answers 404 before FastAPI looks; only plain variables can be refused."""
    converter = route.variables.get(each.name, "")
    if not converter and each.type_ not in TEXTS:
        yield (
            f"`{{{each.name}}}` must be `{each.type_}`: another text in the path is answered 422; "
            "before it reached the function."
        )


def _field(each: _Parameter) -> Iterator[str]:
    where = {"Query": "of the query", "Form": "of the form", "Header": "among the headers"}
    shown = f"`{each.name}` {where.get(each.source, 'among the cookies')}"
    if each.is_required:
        yield f"{shown} is required: a request without it is answered 422, with JSON."
    if each.type_ not in TEXTS:
        yield f"{shown} must be `{each.type_}`: any other text, also an empty one, is answered 422."
    if not each.is_listed and each.source in {"Query", "Form"}:
        yield f"{shown}: of several values the last one counts; `request` gives the first."
    if each.source == "Form":
        yield f"{shown}: an empty text counts as none."
        yield "Forms need the package `python-multipart`: add it to the requirements."


def _outputs(route: Route, tree: ast.Module, function: Function) -> Iterator[str]:
    yield from _raised(function)
    model = _said(function, "response_model") or _annotation(function)
    if model:
        yield (
            f"The answer is `{model}`: fields that it does not have are left out, values are "
            "converted, and an answer that does not fit it is 500."
        )
    status = _said(function, "status_code")
    if status:
        yield f"The status of an answer is {status}, unless a response says otherwise."
    values = list(returned(function))
    if any(not _is_response(value) for value in values) or not values:
        yield (
            "JSON is written by FastAPI: keys in their order, letters as they are, no line end; "
            "dates as ISO 8601, where the helper sorts keys and writes dates as HTTP does."
        )
    if any(_is_text(value) for value in values):
        yield "A text that is returned is sent as JSON, in quotes; before it was HTML."
    if any(_is_redirect(value) for value in values):
        yield "A redirect is 307 and repeats a POST; before it was 302. Say `status_code=302`."


def _raised(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _called(node) == "HTTPException":
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "status_code")]
            code = ast.unparse(given[0]) if given else "its status"
            yield (
                f'`HTTPException` with {code} is answered as JSON, `{{"detail": ...}}`, and not by '
                "the app's error handlers or as an HTML page, as `abort` is."
            )


def _parameters(route: Route, function: Function, classes: set[str]) -> Iterator[_Parameter]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    n_bare = len(positional) - len(given.defaults)
    defaults: list[ast.expr | None] = (
        [None] * n_bare + list(given.defaults) + list(given.kw_defaults)
    )
    for each, default in zip(parameters(function), defaults, strict=True):
        type_, marks = _split(each.annotation)
        if isinstance(default, ast.Call) and _called(default) in SOURCES:
            marks, required = [*marks, default], _is_required(default)
        else:
            required = default is None and "None" not in type_
        source = _source(each.arg, route, type_, marks, classes)
        if source:
            is_listed = type_.partition("[")[0] in {"list", "List", "set", "tuple"}
            plain = type_.removesuffix(" | None")
            yield _Parameter(each.arg, source, plain, required, is_listed)


def _source(name: str, route: Route, type_: str, marks: list[ast.Call], classes: set[str]) -> str:
    """Where FastAPI takes a parameter from; "" for what is none of a request's."""
    named = next((_called(mark) for mark in marks if _called(mark) in SOURCES), "")
    if named not in {"", "Path"}:
        return named
    if name in route.variables:
        return "path"
    plain = type_.removesuffix(" | None").partition("[")[0]
    if plain in SPECIAL:
        return ""
    if plain == "UploadFile":
        return "File"
    is_body = plain in classes or plain in {"dict", "Dict"}
    known = is_body or (
        plain[:1].isupper() and plain not in SCALARS | {"Optional", "List", "Union"}
    )
    return "Body" if known else "Query"


def _split(annotation: ast.expr | None) -> tuple[str, list[ast.Call]]:
    """A type as text, and what `Annotated` says besides."""
    if annotation is None:
        return "", []
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated":
        inner = annotation.slice
        parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
        return ast.unparse(parts[0]), [each for each in parts[1:] if isinstance(each, ast.Call)]
    text = ast.unparse(annotation)
    if text.startswith("Optional["):
        text = f"{text[9:-1]} | None"
    return text, []


def _is_required(mark: ast.Call) -> bool:
    named = {each.arg for each in mark.keywords}
    if _called(mark) in {"Depends", "Security"}:
        return False
    first = mark.args[0] if mark.args else None
    is_dots = isinstance(first, ast.Constant) and first.value is ...
    return is_dots or (first is None and not named & {"default", "default_factory"})


def _said(function: Function, option: str) -> str:
    for each in function.decorator_list:
        for keyword in each.keywords if isinstance(each, ast.Call) else ():
            if keyword.arg == option:
                text = ast.unparse(keyword.value)
                return "" if text == "None" else text
    return ""


def _annotation(function: Function) -> str:
    text = ast.unparse(function.returns) if function.returns else ""
    plain = text.partition("[")[0]
    is_open = plain in {"", "None", "dict", "list", "Any", "object", "str"}
    return "" if is_open or plain.endswith(RESPONSES) else text


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _is_response(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and _called(value).endswith(RESPONSES)


def _is_text(value: ast.expr) -> bool:
    is_literal = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return is_literal or isinstance(value, ast.JoinedStr)


def _is_redirect(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or _called(value) != "RedirectResponse":
        return False
    return len(value.args) < 2 and all(each.arg != "status_code" for each in value.keywords)
