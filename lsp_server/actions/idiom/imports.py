"""The imports that a new route needs: names that nothing binds, and that are known by heart.

What is not in the table stays unresolved, and the check of names says so. A name that the file
binds already keeps its meaning there.
"""

import ast
import re
import textwrap
from collections.abc import Mapping

from lsp_server.checks import python_tree
from lsp_server.checks.names import unresolved
from lsp_server.text import Edit, Snapshot, Span

MODULES = {
    "fastapi": (
        "BackgroundTasks Body Cookie Depends File Form HTTPException Header Path Query Request "
        "Response Security UploadFile status"
    ),
    "fastapi.responses": (
        "FileResponse HTMLResponse JSONResponse PlainTextResponse RedirectResponse "
        "StreamingResponse"
    ),
    "pydantic": (
        "AliasChoices BaseModel ConfigDict Field NonNegativeInt PositiveInt RootModel "
        "field_serializer field_validator model_validator"
    ),
    "typing": "Annotated Any Dict List Literal Optional Union",
    "collections.abc": "Iterator Mapping Sequence",
    "datetime": "date datetime time timedelta",
    "decimal": "Decimal",
    "enum": "Enum IntEnum StrEnum",
    "uuid": "UUID",
}
KNOWN = {name: module for module, names in MODULES.items() for name in names.split()}


def place(snapshot: Snapshot, before: int) -> int:
    """Where a line with an import goes: below the last one at the top of the file that stands
    above offset `before`, else below the docstring, else at the start.

    Where that is `before` itself it goes above that import, so that two places never touch.
    """
    tree = python_tree.module(snapshot.text)
    assert tree is not None, "a file that holds a route is valid"
    found = [node for node in tree.body if _is_head(tree, node) and _end(snapshot, node) <= before]
    if not found:
        return 0
    at = _end(snapshot, found[-1])
    return snapshot.line_span(found[-1].lineno - 1).start if at == before else at


def _is_head(tree: ast.Module, node: ast.stmt) -> bool:
    is_doc = node is tree.body[0] and isinstance(node, ast.Expr)
    return is_doc or isinstance(node, ast.Import | ast.ImportFrom)


def _end(snapshot: Snapshot, node: ast.stmt) -> int:
    return snapshot.line_span((node.end_lineno or node.lineno) - 1).end


def missing(snapshot: Snapshot, span: Span, text: str, known: Mapping[str, str] = KNOWN) -> str:
    """Lines that import what `text` needs in the place of `span`; "" for nothing.

    `known` has the module of a name; "" if the name is a module itself.
    """
    names = _unbound(snapshot, Edit(span, text).apply(snapshot.text), text)
    by_module: dict[str, list[str]] = {}
    for name in sorted(names & known.keys()):
        by_module.setdefault(known[name], []).append(name)
    lines = [f"import {name}\n" for name in by_module.pop("", [])]
    lines += [
        f"from {module} import {', '.join(by_module[module])}\n" for module in sorted(by_module)
    ]
    return "".join(lines)


def _unbound(snapshot: Snapshot, after: str, text: str) -> set[str]:
    found = unresolved(after)
    if found is not None:
        return set(found)
    # A star import binds who knows what: only words that the file has nowhere else are new.
    tree = python_tree.module(textwrap.dedent(text))
    used = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)} if tree else set()
    return used - set(re.findall(r"\w+", snapshot.text))
