"""What a definition does, read from its tree."""

from lsp_server.syntax.shape import Facts, Symbol
from lsp_server.syntax.trees import Tree


def facts_of(tree: Tree, symbol: Symbol) -> Facts:
    return Facts()
