"""Stream adapters: from a model's reply, chunk by chunk, to the text that belongs in a document.

One file per adapter. An adapter never depends on where the chunks were cut: the same reply gives
the same text at every way of cutting it. `Pipeline` chains them, reads every kind of line end as
LF, and so all adapters but `Newlines` know LF alone. Nothing here knows documents, models or
prompts; nothing does I/O.
"""

from collections.abc import Callable

from lsp_server.reply.adapter import Adapter
from lsp_server.reply.additions import Additions
from lsp_server.reply.body import BodyOnly
from lsp_server.reply.fences import Unfenced
from lsp_server.reply.imports import WithoutImports
from lsp_server.reply.indentation import Reindented
from lsp_server.reply.lines import Newlines, Trimmed, WholeLines
from lsp_server.reply.loops import NoLoops
from lsp_server.reply.markdown import DropPreamble, MarkdownUnfenced
from lsp_server.reply.pipeline import Pipeline
from lsp_server.reply.stop import StopAtEndOfCode
from lsp_server.reply.thinking import DropThinking

Factory = Callable[[], Adapter]

__all__ = [
    "Adapter",
    "Additions",
    "BodyOnly",
    "DropPreamble",
    "DropThinking",
    "Factory",
    "MarkdownUnfenced",
    "Newlines",
    "NoLoops",
    "Pipeline",
    "Reindented",
    "StopAtEndOfCode",
    "Trimmed",
    "Unfenced",
    "WholeLines",
    "WithoutImports",
]
