"""How the next token of one reply is picked: llama.cpp's sampler chain, and the reply's grammar.

Nothing in Python runs per vocabulary entry. A pick changes the state, so it is made once per
token that is really taken.
"""

from typing import Any

import numpy
from llama_cpp import llama_cpp as llama
from numpy.typing import NDArray

from lsp_server.host.engine.grammar import TOKEN_DATA, Grammar, apply, logits
from lsp_server.host.engine.vocabulary import Vocabulary
from lsp_server.host.sampling import PENALTY_LAST_N, Sampling
from lsp_server.host.work import TokenLogprob

RANDOM_SEED = 0xFFFFFFFF


class Sampler:
    """Free it by `close`. Raises BadRequest if llama.cpp refuses the grammar.

    With a grammar there are two chains: `_adjust` changes logits one by one, so it commutes with
    the grammar; `_choose` cuts and draws, so it must see what the grammar allows.
    """

    def __init__(self, sampling: Sampling, vocabulary: Vocabulary) -> None:
        self._n_vocab = vocabulary.n_tokens
        self._n_choices = _n_choices(sampling, vocabulary.n_tokens)
        self._grammar = Grammar(sampling.grammar, vocabulary.handle) if sampling.grammar else None
        adjusting = _adjusting(sampling, vocabulary.n_tokens)
        if self._grammar is None:
            # One chain, one call: the logits never pass through Python.
            self._adjust, self._choose = None, _chain([*adjusting, *_choosing(sampling)])
        else:
            self._adjust, self._choose = _chain(adjusting), _chain(_choosing(sampling))

    def pick(self, context: Any, row: int) -> int:
        """The token after `row` of the context's last batch, remembered for the next ones.

        Raises ModelError if the grammar cannot go on.
        """
        if self._grammar is None:
            return int(llama.llama_sampler_sample(self._choose, context, row))
        tokens = numpy.zeros(self._n_vocab, TOKEN_DATA)
        tokens["id"] = numpy.arange(self._n_vocab)
        tokens["logit"] = logits(context, row, self._n_vocab)
        token = self._constrained(tokens, self._grammar)
        for chain in (self._adjust, self._choose):
            llama.llama_sampler_accept(chain, token)
        self._grammar.accept(token)
        return token

    def _constrained(self, tokens: NDArray[Any], grammar: Grammar) -> int:
        apply(self._adjust, tokens)
        allowed = grammar.likeliest(tokens, self._n_choices).copy()
        chosen = apply(self._choose, allowed)
        return int(chosen.data[chosen.selected].id)

    def close(self) -> None:
        llama.llama_sampler_free(self._choose)
        if self._grammar is not None:
            llama.llama_sampler_free(self._adjust)
            self._grammar.close()


def logprobs(context: Any, row: int, token: int, n: int, vocabulary: Vocabulary) -> TokenLogprob:
    """What the model itself says of `token` and of the `n` likeliest: before any sampler."""
    values = logits(context, row, vocabulary.n_tokens).astype(numpy.float64)
    values -= values.max()
    values -= numpy.log(numpy.exp(values).sum())
    n = min(n, len(values))
    top = numpy.argpartition(-values, n - 1)[:n] if n else numpy.array([], numpy.int64)
    # By likelihood, equal ones by their number.
    order = sorted(top.tolist(), key=lambda i: (-values[i], i))
    likeliest = tuple((_bytes(vocabulary, i), float(values[i])) for i in order)
    return TokenLogprob(_bytes(vocabulary, token), float(values[token]), likeliest)


def _bytes(vocabulary: Vocabulary, token: int) -> bytes:
    """A control token is told by its name."""
    return vocabulary.piece(token) or vocabulary.token_text(token).encode()


def _chain(links: list[Any]) -> Any:
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    for link in links:
        llama.llama_sampler_chain_add(chain, link)
    return chain


def _n_choices(sampling: Sampling, n_vocab: int) -> int:
    """Behind so many of the likeliest tokens no other can be picked."""
    if sampling.temperature <= 0:
        return 1
    return sampling.top_k if 0 < sampling.top_k < n_vocab else n_vocab


def _adjusting(sampling: Sampling, n_vocab: int) -> list[Any]:
    links = []
    if sampling.logit_bias:
        biases = (llama.llama_logit_bias * len(sampling.logit_bias))(
            *(llama.llama_logit_bias(token, bias) for token, bias in sampling.logit_bias)
        )
        links.append(llama.llama_sampler_init_logit_bias(n_vocab, len(biases), biases))
    if sampling.penalizes:
        links.append(
            llama.llama_sampler_init_penalties(
                n_vocab,
                PENALTY_LAST_N,
                sampling.repeat_penalty,
                sampling.frequency_penalty,
                sampling.presence_penalty,
            )
        )
    return links


def _choosing(sampling: Sampling) -> list[Any]:
    """The samplers that cut and draw, in llama.cpp's own order."""
    if sampling.temperature <= 0:
        return [llama.llama_sampler_init_greedy()]
    seed = RANDOM_SEED if sampling.seed is None else sampling.seed & 0xFFFFFFFF
    return [
        llama.llama_sampler_init_top_k(sampling.top_k),
        llama.llama_sampler_init_top_p(sampling.top_p, 1),
        llama.llama_sampler_init_min_p(sampling.min_p, 1),
        llama.llama_sampler_init_temp(sampling.temperature),
        llama.llama_sampler_init_dist(seed),
    ]
