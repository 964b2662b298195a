"""Texts that Python reads as names: `ext://flask.logging.wsgi_errors_stream`, as the dictionaries
of `logging.config` have them.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.source import Source

PREFIX = "ext://"


def named_in_texts(source: Source) -> Iterator[tuple[cst.SimpleString, str]]:
    """The literals that are such a text, with the full name in each."""
    if PREFIX not in source.text:
        return
    for node in source.facts.parents:
        value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
        if isinstance(node, cst.SimpleString) and isinstance(value, str):
            prefix, found, full = value.partition(PREFIX)
            if found and not prefix:
                yield node, full
