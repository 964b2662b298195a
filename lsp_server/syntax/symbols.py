"""The definitions of a text, in document order, nested ones included.

Broken text gives what its tree still has. Nothing here recurses, so that deep nesting costs
time only. A language without a row in `tables.py` has no symbols.
"""

from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache

from lsp_server.syntax.comments import line_start
from lsp_server.syntax.docs import doc_place, doc_span, leading_start, module_doc
from lsp_server.syntax.marks import Definition, Marks, marks
from lsp_server.syntax.parameters import parameters
from lsp_server.syntax.shape import CALLABLES, TYPES, Facts, Kind, Parameter, Symbol
from lsp_server.syntax.shape import DocPlace as DocPlace
from lsp_server.syntax.trees import Tree, parse
from lsp_server.text import LINE_END, Span

RECEIVERS = frozenset({"self", "cls", "mcs", "mcls", "metacls"})
# Characters: more than a doc comment and the blank lines behind it are likely to take.
NEAR = 8_000
SEPARATORS = ("::", ".", ":")


@lru_cache(maxsize=4)
def symbols(language: str, text: str) -> tuple[Symbol, ...]:
    """All definitions; () without a grammar."""
    tree = parse(language, text)
    found = marks(tree) if tree else None
    if tree is None or found is None:
        return ()
    return tuple(_outlined(tree, found))


def enclosing(language: str, text: str, span: Span) -> Symbol | None:
    """The innermost definition that contains `span`, its doc comment counted in.

    In Python so are the indented comments and blank lines behind the last statement, where code
    is about to be written; the tree leaves them out.
    """
    every = near(language, text, span)
    inside = [each for each in every if _reach(each).contains(span)]
    if language == "python":
        inside += _above_blank(text, every, span)
    return min(inside, key=lambda each: len(each.span), default=None)


def near(language: str, text: str, span: Span) -> tuple[Symbol, ...]:
    """What is defined around `span` and close to it: cheap in a long file, where `symbols` is not.

    All that contain the span are among them.
    """
    first, last = span.start // NEAR, span.end // NEAR
    return _near(language, text, Span(max(0, first - 1) * NEAR, (last + 2) * NEAR))


@lru_cache(maxsize=4)
def _near(language: str, text: str, window: Span) -> tuple[Symbol, ...]:
    tree = parse(language, text)
    inside = Span(window.start, min(len(text), window.end))
    found = marks(tree, inside) if tree else None
    return () if tree is None or found is None else tuple(_outlined(tree, found))


def module(language: str, text: str) -> Symbol:
    """The text itself as a symbol, with its docstring if it has one and the place for it."""
    whole = Span(0, len(text))
    tree = parse(language, text)
    doc, place = module_doc(tree, text)
    start = Span(0, 0)
    return Symbol("module", "", "", whole, whole, start, start, whole, place, doc)


def facts(language: str, text: str, symbol: Symbol) -> Facts:
    """What the definition does; empty where the tree gives nothing."""
    from lsp_server.syntax.facts import facts_of

    tree = parse(language, text)
    return facts_of(tree, symbol) if tree else Facts()


def caller_parameters(symbol: Symbol) -> tuple[Parameter, ...]:
    """The parameters that a caller passes: a Python method's receiver is left out."""
    static = any(each.endswith("staticmethod") for each in symbol.decorators)
    first = symbol.parameters[:1]
    if symbol.kind == "method" and not static and first and first[0].name in RECEIVERS:
        return symbol.parameters[1:]
    return symbol.parameters


def _reach(symbol: Symbol) -> Span:
    start = min(symbol.span.start, symbol.doc_span.start if symbol.doc_span else symbol.span.start)
    return Span(start, symbol.span.end)


def _above_blank(text: str, every: tuple[Symbol, ...], span: Span) -> list[Symbol]:
    """Those less indented that end above, with only comments and blank lines between."""
    if not all(map(_is_blank, LINE_END.split(span.of(text)))):
        return []
    last_code = _code_line(text, span.start)
    column = span.start - line_start(text, span.start)
    return [
        each
        for each in every
        if last_code < each.span.end <= span.start
        and column > each.definition_span.start - line_start(text, each.definition_span.start)
    ]


def _code_line(text: str, at: int) -> int:
    """The start of the nearest line that holds code before `at`."""
    start = line_start(text, at)
    while start and _is_blank(text[start:at]):
        at = start - 1
        start = line_start(text, at)
    return start


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _outlined(tree: Tree, found: Marks) -> list[Symbol]:
    """Definitions come outer first, so the ones around each are a stack."""
    outlined: list[Symbol] = []
    around: list[tuple[int, str, Kind | None]] = []
    for each in found.definitions:
        while around and around[-1][0] < each.node.end_byte:
            around.pop()
        is_local_prototype = each.kind == "function" and "body" not in each.parts
        if is_local_prototype and around and around[-1][2] in CALLABLES:
            continue
        parent, kind = (around[-1][1], around[-1][2]) if around else (None, "module")
        symbol = _symbol(tree, found, each, parent)
        if each.kind in CALLABLES and (kind is None or kind in TYPES):
            symbol = replace(symbol, kind="method")
        around.append((each.node.end_byte, symbol.qualified_name, each.kind))
        if each.kind is not None:
            outlined.append(symbol)
    return outlined


def _symbol(tree: Tree, found: Marks, each: Definition, parent: str | None) -> Symbol:
    parts = each.parts
    name = tree.span(parts["name"])
    own, qualifier = _qualified(tree, each, parent)
    inner, span = _spans(tree, found, each)
    body = tree.span(parts["body"]) if "body" in parts else Span(inner.end, inner.end)
    head = Span(span.start, name.start)
    signature = _signature(tree, each, _past_decorators(tree, found, head), body)
    arguments = parts.get("parameters")
    return Symbol(
        kind="method" if _is_method(each, name.of(tree.text)) else each.kind or "type",
        name=own,
        qualified_name=f"{qualifier}.{own}" if qualifier else own,
        span=span,
        definition_span=inner,
        name_span=name,
        signature_span=signature,
        body_span=body,
        doc_place=doc_place(tree, each, span),
        doc_span=doc_span(tree, found, each, (inner.start, span.start)),
        parameters=parameters(tree, arguments) if arguments else (),
        returns=_returns(tree, each),
        parent=qualifier or None,
        is_async=_is_async(tree, inner, each),
        decorators=tuple(
            part.of(tree.text).removeprefix("@") for part in _within(found.decorators, head)
        ),
        bases=tuple(part.of(tree.text) for part in _within(found.bases, signature)),
    )


def _qualified(tree: Tree, each: Definition, parent: str | None) -> tuple[str, str]:
    """The name alone, and what it is qualified with: `int n::A::f()` is f in n.A."""
    own, *scopes = reversed(_parts(tree.of(each.parts["name"])))
    around = [parent] if parent else []
    if "receiver" in each.parts:
        around.append(tree.of(each.parts["receiver"]))
    return own, ".".join([*around, *scopes[::-1]])


def _parts(name: str) -> list[str]:
    """`n::A::f` is f in A in n."""
    for separator in SEPARATORS:
        if separator in name:
            return [part for part in name.split(separator) if part] or [name]
    return [name]


def _is_method(each: Definition, name: str) -> bool:
    return each.kind == "function" and ("receiver" in each.parts or "::" in name)


def _spans(tree: Tree, found: Marks, each: Definition) -> tuple[Span, Span]:
    """The definition alone, and with what belongs to it outside."""
    inner = tree.span(each.node)
    node = each.node
    while node.id in found.outer:
        node = found.outer[node.id]
    outer = tree.span(node)
    start = leading_start(tree.text, found, min(outer.start, inner.start))
    return inner, Span(start, max(outer.end, inner.end))


def _past_decorators(tree: Tree, found: Marks, head: Span) -> int:
    """Where the definition itself begins: `export`, `template` and the like belong to it."""
    start = head.start
    spans = (*_within(found.decorators, head), *_within(found.comments, head))
    for span in sorted(spans, key=lambda span: span.start):
        if tree.text[start : span.start].strip():
            break
        start = span.end
    written = tree.text[start : head.end]
    return start + len(written) - len(written.lstrip())


def _signature(tree: Tree, each: Definition, start: int, body: Span) -> Span:
    if "colon" in each.parts:
        return Span(start, tree.span(each.parts["colon"]).end)
    written = tree.text[start : body.start].rstrip()
    return Span(start, start + len(written))


def _returns(tree: Tree, each: Definition) -> str | None:
    node = each.parts.get("returns")
    if node and tree.language in {"c", "cpp"}:
        before_name = Span(tree.span(node).start, tree.span(each.parts["name"]).start)
        return before_name.of(tree.text).rstrip()
    if node is None and "parameters" in each.parts:
        around = each.parts["parameters"].parent
        node = around.child_by_field_name("return_type") if around else None
    return tree.of(node).removeprefix(":").strip() if node else None


def _is_async(tree: Tree, inner: Span, each: Definition) -> bool:
    """Whether the word stands between the start and the parameters."""
    if each.kind not in CALLABLES or "parameters" not in each.parts:
        return False
    end = tree.span(each.parts["parameters"]).start
    return "async" in tree.text[inner.start : end].split()


def _within(spans: tuple[Span, ...], around: Span) -> tuple[Span, ...]:
    """Those of `spans`, which are sorted, that lie inside `around`."""
    first = bisect_left(spans, around.start, key=lambda span: span.start)
    inside = []
    for span in spans[first:]:
        if span.end > around.end:
            break
        inside.append(span)
    return tuple(inside)
