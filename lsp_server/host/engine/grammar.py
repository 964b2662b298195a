"""Picking under a GBNF grammar, with the distribution of "grammar first, then the chain", exactly.

Asking a grammar about each of 150,000 tokens takes longer than a token's computation. So only the
likeliest are asked, and more of them until the chain's own `top_k` is full: what lies behind
cannot be picked. (llama.cpp's `common_sampler_sample` picks without the grammar first and picks
again if that is refused; with `top_k` or `top_p` that is another distribution.)

A C++ exception or GGML_ABORT ends the process: the grammar must have passed `gbnf.check`, and is
told only of tokens that it has allowed.
"""

import ctypes
import time
from typing import Any

import numpy
from llama_cpp import llama_cpp as llama
from numpy.typing import NDArray

from lsp_server.errors import ModelError
from lsp_server.host.json_fields import BadRequest

TOKEN_DATA = numpy.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
"""`llama_token_data`."""

ROOT = b"root"
N_ASKED_FIRST = 64
GROWTH = 8
MAX_STEP_S = 2.0
"""An ambiguous grammar takes exponential time; no honest one comes near."""


class Grammar:
    """The state of one reply's grammar. Free it by `close`.

    `gbnf` has passed `gbnf.check`. Raises BadRequest if llama.cpp refuses it all the same.
    """

    def __init__(self, gbnf: str, vocabulary: Any) -> None:
        self._handle = llama.llama_sampler_init_grammar(vocabulary, gbnf.encode(), ROOT)
        if not self._handle:
            raise BadRequest("llama.cpp refuses the grammar: simplify its repetitions.")

    def likeliest(self, tokens: NDArray[Any], n: int) -> NDArray[Any]:
        """The `n` likeliest allowed ones of `tokens` (all of those as likely as the last, too), in
        their order. Raises ModelError if none is allowed."""
        n_asked = max(N_ASKED_FIRST, 2 * n)
        while n_asked < len(tokens) // 2:
            allowed = self._allowed(_top(tokens, n_asked))
            if len(allowed) >= n:
                return _top(allowed, n)
            n_asked *= GROWTH
        allowed = self._allowed(tokens)
        if not len(allowed):
            raise ModelError("The reply cannot go on: no token of the model fits the grammar.")
        return _top(allowed, n)

    def accept(self, token: int) -> None:
        """A token that was among the allowed ones is the next of the reply."""
        started = time.monotonic()
        llama.llama_sampler_accept(self._handle, token)
        _check_time(started)

    def close(self) -> None:
        llama.llama_sampler_free(self._handle)

    def _allowed(self, tokens: NDArray[Any]) -> NDArray[Any]:
        asked = numpy.ascontiguousarray(tokens).copy()
        asked["logit"] = 0
        started = time.monotonic()
        apply(self._handle, asked)
        _check_time(started)
        allowed: NDArray[Any] = tokens[(asked["logit"] == 0) & (tokens["logit"] > -numpy.inf)]
        return allowed


def apply(sampler: Any, tokens: NDArray[Any]) -> llama.llama_token_data_array:
    """Let a sampler work on `tokens` in place; the array as the sampler left it."""
    data = tokens.ctypes.data_as(ctypes.POINTER(llama.llama_token_data))
    array = llama.llama_token_data_array(data, len(tokens), -1, False)
    llama.llama_sampler_apply(sampler, ctypes.byref(array))
    return array


def logits(context: Any, row: int, n_vocab: int) -> NDArray[numpy.float32]:
    """llama.cpp's own memory: valid until the next batch."""
    pointer = llama.llama_get_logits_ith(context, row)
    assert pointer, "the row was to be sampled"
    return numpy.ctypeslib.as_array(pointer, (n_vocab,))


def _top(tokens: NDArray[Any], n: int) -> NDArray[Any]:
    """The `n` with the highest logits and those that equal the last of them, in their order."""
    if n >= len(tokens):
        return tokens
    lowest = numpy.partition(tokens["logit"], len(tokens) - n)[len(tokens) - n]
    top: NDArray[Any] = tokens[tokens["logit"] >= lowest]
    return top


def _check_time(started: float) -> None:
    if time.monotonic() - started > MAX_STEP_S:
        raise ModelError("The grammar is too ambiguous; give each text one way to be read.")
