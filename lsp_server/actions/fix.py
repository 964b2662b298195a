"""Fix what a diagnostic under the cursor reports.

What is rewritten is the smallest piece that gives it context: the function around it, or, where
that is large or there is none, the lines around it up to the next blank ones. Diagnostics beside
that piece are left to another run.

The draft removes unused imports, and that only where syntax decides: the diagnostic says unused
(F401, W0611), it lies on an import statement, and the statement's block keeps another one.
"""

import ast
import re
from functools import partial

from lsp_server.actions import layout, replies
from lsp_server.actions.offer import Action, Context, Diagnostic, InDocument, Offer, Step
from lsp_server.checks.names import names_resolve
from lsp_server.checks.parses import parses
from lsp_server.project.related import related
from lsp_server.prompt import Part, Prompt, compose
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import CALLABLES
from lsp_server.text import Snapshot, Span

MAX_LINES = 80
N_LINES_AROUND = 12
N_RELATED = 4000
UNUSED = re.compile(
    r"['\"`]?(?P<name>[\w.]+)(?: as \w+)?['\"`]? imported but unused"
    r"|Unused (?:import )?(?P<other>[\w.]+)"
)
UNUSED_CODES = frozenset({"F401", "W0611"})


def offer(ctx: Context) -> Offer | None:
    snapshot = ctx.snapshot
    lines = snapshot.whole_lines(ctx.selection)
    found = tuple(each for each in ctx.diagnostics if each.span.overlaps(lines))
    if not found:
        return None
    unused = _unused_imports(snapshot, found)
    span = unused[0] if unused else _target(snapshot, found)
    inside = tuple(each for each in found if span.overlaps(each.span))
    step = partial(_step, ctx, span, inside, unused[1] if unused else None)
    return Offer(
        lambda: (step(),),
        (parses, names_resolve),
        has_draft=unused is not None,
        summary=f"Fixed: {_shown(inside[0])}",
    )


def _step(
    ctx: Context, span: Span, found: tuple[Diagnostic, ...], without_unused: str | None
) -> Step:
    language, text = ctx.snapshot.language, layout.lf(span.of(ctx.snapshot.text))
    return Step(
        InDocument(span),
        partial(_prompt, ctx, span, found),
        draft=None if without_unused is None else lambda: without_unused,
        adapters=replies.code(
            language,
            layout.margin(text),
            layout.indent_unit(language, ctx.snapshot.text),
            original=text,
            ending=layout.ending(text),
        ),
    )


def _prompt(ctx: Context, span: Span, found: tuple[Diagnostic, ...], room: int) -> Prompt:
    snapshot = ctx.snapshot
    target = layout.lf(span.of(snapshot.text))
    used = related(ctx.project, snapshot, span, N_RELATED)
    problems = "\n".join(f"- {_told(snapshot, span, each)}" for each in found)
    parts = [
        *layout.around(snapshot, span),
        Part("related", used, rank=4, language=snapshot.language),
        Part("file", layout.file_name(snapshot)),
        Part("selection", target, language=snapshot.language),
        Part("problems", problems),
        Part("instruction", ctx.instruction or ""),
    ]
    return compose("fix", parts, room, target)


def _told(snapshot: Snapshot, span: Span, diagnostic: Diagnostic) -> str:
    """Line within the code shown, the code there, the message and who says it."""
    line = snapshot.line_at(diagnostic.span.start) - snapshot.line_at(span.start) + 1
    marked = " ".join(diagnostic.span.of(snapshot.text).split())[:120]
    place = f"line {max(line, 1)}" + (f", at `{marked}`" if marked else "")
    source = " ".join(each for each in (diagnostic.source, diagnostic.code) if each)
    return f"{place}: {diagnostic.message}" + (f" ({source})" if source else "")


def _shown(diagnostic: Diagnostic) -> str:
    first = diagnostic.message.strip().partition("\n")[0]
    return first if len(first) <= 100 else f"{first[:99]}…"


def _target(snapshot: Snapshot, found: tuple[Diagnostic, ...]) -> Span:
    """The function around the first diagnostic, or the lines around it."""
    first = found[0].span
    symbol = symbols.enclosing(snapshot.language, snapshot.text, first)
    if symbol is not None and symbol.kind in CALLABLES:
        whole = snapshot.whole_lines(symbol.span)
        if snapshot.line_at(max(whole.end - 1, 0)) - snapshot.line_at(whole.start) < MAX_LINES:
            return whole
    return _lines_around(snapshot, first)


def _lines_around(snapshot: Snapshot, span: Span) -> Span:
    """Up to the next blank lines, `N_LINES_AROUND` on either side at most."""
    first, last = snapshot.line_at(span.start), snapshot.line_at(max(span.end - 1, span.start))
    low, high = first, last
    while low > max(0, first - N_LINES_AROUND) and _filled(snapshot, low - 1):
        low -= 1
    top = min(len(snapshot.line_starts) - 1, last + N_LINES_AROUND)
    while high < top and _filled(snapshot, high + 1):
        high += 1
    return Span(snapshot.line_span(low).start, snapshot.line_span(high).end)


def _filled(snapshot: Snapshot, line: int) -> bool:
    return bool(snapshot.line_span(line).of(snapshot.text).strip())


def _unused_imports(snapshot: Snapshot, found: tuple[Diagnostic, ...]) -> tuple[Span, str] | None:
    """The import statement that they are all on, and what is left of it; None if unsure."""
    names = [_unused_name(each) for each in found]
    if snapshot.language != "python" or not all(names) or _is_package_root(snapshot):
        return None
    try:
        tree = ast.parse(layout.lf(snapshot.text))
    except (SyntaxError, ValueError, RecursionError):
        return None
    line = snapshot.line_at(found[0].span.start) + 1
    for block in _blocks(tree):
        for node in block:
            if isinstance(node, ast.Import | ast.ImportFrom) and _has(node, line):
                return _without(snapshot, node, {name for name in names if name}, len(block))
    return None


def _unused_name(diagnostic: Diagnostic) -> str | None:
    message = UNUSED.search(diagnostic.message)
    if message is None or (diagnostic.code and diagnostic.code not in UNUSED_CODES):
        return None
    return message["name"] or message["other"]


def _is_package_root(snapshot: Snapshot) -> bool:
    """There an unused import is the package's interface."""
    return layout.file_name(snapshot) == "__init__.py"


def _blocks(tree: ast.Module) -> list[list[ast.stmt]]:
    """Every list of statements in the tree."""
    return [
        block
        for node in ast.walk(tree)
        for name in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, name, None), list)
    ]


def _has(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _without(
    snapshot: Snapshot, node: ast.Import | ast.ImportFrom, names: set[str], n_statements: int
) -> tuple[Span, str] | None:
    """The statement's lines, and what is left: nothing, or the names that are used."""
    start = snapshot.line_span(node.lineno - 1).start
    span = Span(start, snapshot.line_span((node.end_lineno or node.lineno) - 1).end)
    lines = layout.lf(span.of(snapshot.text))
    module = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    kept = [each for each in node.names if not names & _called(each, module)]
    if len(kept) == len(node.names) or "#" in lines or ";" in lines or not lines.strip():
        return None
    if not kept:
        return (span, "") if n_statements > 1 else None
    node.names = kept
    return span, layout.margin(lines) + ast.unparse(node) + layout.ending(lines)


def _called(alias: ast.alias, module: str) -> set[str]:
    """What linters call an imported name."""
    return {f"{module}{alias.name}", alias.name, alias.asname or alias.name}


ACTION = Action(
    id="fix",
    titles={"en": "Fix this problem", "zh": "修复此问题"},
    kind="quickfix.penna",
    offer=offer,
)
