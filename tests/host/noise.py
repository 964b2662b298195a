"""Texts that a grammar allows, at random: a model without any preference writes them.

Each token is a byte. Closing signs and the end come more often than others, so that texts end;
characters of several bytes are whole.
"""

import random

import numpy

from lsp_server.host.engine import Engine
from lsp_server.host.engine.grammar import TOKEN_DATA, Grammar

CLOSING = {ord(char): 12 for char in '"]}'}
LEADING = {0xC3, 0xE4, 0xE7}
CONTINUING = range(0x80, 0xC0)
MOST = 2000


def written(engine: Engine, gbnf: str, seed: int) -> str | None:
    """One of the grammar's texts; None if it has no end after `MOST` bytes."""
    grammar = Grammar(gbnf, engine.vocabulary.handle)
    try:
        return _written(engine, grammar, random.Random(seed))
    finally:
        grammar.close()


def _written(engine: Engine, grammar: Grammar, noise: random.Random) -> str | None:
    tokens = numpy.zeros(engine.vocabulary.n_tokens, TOKEN_DATA)
    tokens["id"] = numpy.arange(len(tokens))
    said, n_open = b"", 0
    for _ in range(MOST):
        allowed = [int(token) for token in grammar.likeliest(tokens, len(tokens))["id"]]
        ends = [token for token in allowed if engine.vocabulary.ends_reply(token)]
        bytes_ = [token for token in allowed if token < 256 and _is_whole(token, n_open)]
        if ends and (not bytes_ or noise.random() < 0.5):
            return said.decode()
        (token,) = noise.choices(bytes_, [CLOSING.get(each, 1) for each in bytes_])
        grammar.accept(token)
        said += bytes([token])
        n_open = n_open - 1 if n_open else {0xC3: 1, 0xE4: 2, 0xE7: 2}.get(token, 0)
    return None


def _is_whole(byte: int, n_open: int) -> bool:
    return byte in CONTINUING if n_open else byte < 0x80 or byte in LEADING
