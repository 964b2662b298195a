"""The names that stand in a stretch of code, by their nodes. They are not resolved."""

from lsp_server.syntax.trees import parse
from lsp_server.text import Span


def names(language: str, text: str, span: Span) -> tuple[str, ...]:
    """Every identifier in `span`, repeated as often as it stands there; () without a grammar."""
    tree = parse(language, text)
    if tree is None:
        return ()
    start, end = tree.offsets.to_byte(span.start), tree.offsets.to_byte(span.end)
    found: list[str] = []
    pending = [tree.root]
    while pending:
        node = pending.pop()
        if node.end_byte <= start or node.start_byte >= end:
            continue
        if node.child_count:
            pending.extend(reversed(node.children))
        elif node.type.endswith("identifier"):
            found.append(tree.of(node))
    return tuple(found)
