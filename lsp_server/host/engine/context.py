"""A loaded model with its KV cache: sequences of tokens, computed in batches.

Rules: everything but `vocabulary`, `stop` and what the constructor has read is for the engine
thread alone. Handles are freed by `close`. What llama.cpp keeps a pointer to (callbacks, the stop
flag) is kept referenced here: a collected callback is a segfault.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from llama_cpp import llama_cpp as llama

from lsp_server.errors import ModelUnusable
from lsp_server.host.engine.loading import Shape, load_model, make_context
from lsp_server.host.engine.sampler import Sampler, logprobs
from lsp_server.host.engine.vocabulary import Vocabulary
from lsp_server.host.llama_log import LlamaLog
from lsp_server.host.sampling import Sampling
from lsp_server.host.work import TokenLogprob


@dataclass(frozen=True, slots=True)
class Row:
    """One token of a batch, at `position` of `sequence`; `sampled` says that logits are wanted."""

    token: int
    position: int
    sequence: int = 0
    sampled: bool = False


Decoded = Literal["done", "stopped", "full"]


class Engine:
    """`going_on` is asked while the weights are read; False gives loading up. Raises ModelUnusable
    with the reason as a sentence."""

    def __init__(self, shape: Shape, going_on: Callable[[], bool]) -> None:
        self._logs = LlamaLog()
        _CALLBACKS.append(llama.llama_log_callback(self._logs.take))
        llama.llama_log_set(_CALLBACKS[-1], None)
        self._stop_flag = ctypes.create_string_buffer(2)
        llama.llama_backend_init()
        self._model = load_model(shape, going_on, self._logs)
        try:
            self._context = make_context(self._model, shape, self._stop_flag, self._logs)
        except ModelUnusable:
            llama.llama_model_free(self._model)
            raise
        self._memory = llama.llama_get_memory(self._context)
        self.vocabulary = Vocabulary(self._model)
        self.chat_template = _text(llama.llama_model_chat_template(self._model, None))
        self.n_ctx = int(llama.llama_n_ctx(self._context))
        # llama.cpp cuts it to n_ctx, and aborts the process if a batch is larger.
        self.n_batch = int(llama.llama_n_batch(self._context))
        self.n_outputs = max(shape.n_outputs, shape.n_seq_max)
        self.n_seq_max = shape.n_seq_max
        self.attends_to_all_cells = not shape.flash_attention
        # A recurrent state holds all tokens at once: no start of it can be kept or shared.
        self.can_cut = not (
            llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model)
        )
        self._batch = llama.llama_batch_init(self.n_batch, 0, 1)

    def set_threads(self, n_decode: int, n_prefill: int) -> None:
        """How many compute single tokens, and how many batches."""
        llama.llama_set_n_threads(self._context, n_decode, n_prefill)

    # --- sequences ------------------------------------------------------------------------

    def keep(self, sequence: int, n_tokens: int) -> int:
        """Drop all but the first `n_tokens` of a sequence; returns how many are left.

        A model whose state cannot be cut (a recurrent one) keeps none.
        """
        if llama.llama_memory_seq_rm(self._memory, sequence, n_tokens, -1):
            return min(n_tokens, self.n_kept(sequence))
        llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return 0

    def n_kept(self, sequence: int) -> int:
        """How many tokens of a sequence the KV cache holds."""
        return int(llama.llama_memory_seq_pos_max(self._memory, sequence)) + 1

    def share(self, source: int, target: int, span: tuple[int, int]) -> None:
        """Let `target` hold these positions of `source` too. The cells are the same: neither
        computing nor memory; a cell is free once no sequence holds it."""
        llama.llama_memory_seq_cp(self._memory, source, target, *span)

    def move(self, sequence: int, n_tokens: int) -> bool:
        """Put all tokens of a sequence so many positions further on; False if the model's positions
        cannot be changed. The cells are turned with the next batch."""
        if not llama.llama_memory_can_shift(self._memory):
            return False
        llama.llama_memory_seq_add(self._memory, sequence, 0, -1, n_tokens)
        return True

    def n_state_bytes(self, sequence: int) -> int:
        """How long `state` of it would be."""
        return int(llama.llama_state_seq_get_size(self._context, sequence))

    def state(self, sequence: int) -> bytes:
        """The sequence's part of the KV cache, for `restore` in a context of the same shape."""
        n_bytes = self.n_state_bytes(sequence)
        buffer = (ctypes.c_uint8 * n_bytes)()
        n_written = llama.llama_state_seq_get_data(self._context, buffer, n_bytes, sequence)
        return bytes(memoryview(buffer)[:n_written])

    def restore(self, sequence: int, state: bytes) -> int:
        """Put what `state` gave into an empty sequence; how many tokens that is, 0 if llama.cpp
        cannot take it. It trusts the bytes: the caller has checked them."""
        buffer = ctypes.cast(ctypes.c_char_p(state), ctypes.POINTER(ctypes.c_uint8))  # Only read.
        if not llama.llama_state_seq_set_data(self._context, buffer, len(state), sequence):
            self.keep(sequence, 0)
        return self.n_kept(sequence)

    # --- work -----------------------------------------------------------------------------

    def decode(self, rows: Sequence[Row]) -> Decoded:
        """Compute up to `n_batch` rows, of which up to `n_outputs` may be sampled.

        "stopped": `stop` was called; "full": the KV cache has no room. Either way nothing of this
        batch is in the cache. Raises ModelUnusable when llama.cpp fails.
        """
        assert 0 < len(rows) <= self.n_batch, "a batch has a bounded number of rows"
        batch = self._batch
        for index, row in enumerate(rows):
            batch.token[index] = row.token
            batch.pos[index] = row.position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = row.sequence
            batch.logits[index] = row.sampled
        batch.n_tokens = len(rows)
        self._logs.forget()
        code = llama.llama_decode(self._context, batch)
        if code not in (0, 1, 2):
            raise ModelUnusable(f"llama.cpp could not compute, code {code} ({self._logs.reason}).")
        return ("done", "full", "stopped")[code]

    def sampler(self, sampling: Sampling) -> Sampler:
        return Sampler(sampling, self.vocabulary)

    def sample(self, sampler: Sampler, row: int) -> int:
        """Pick the token after `row` of the last batch, and let the sampler remember it."""
        return sampler.pick(self._context, row)

    def logprobs(self, row: int, token: int, n: int) -> TokenLogprob:
        """What the model says of `token` and the `n` likeliest after `row` of the last batch."""
        return logprobs(self._context, row, token, n, self.vocabulary)

    def stop(self) -> None:
        """Any thread: end a running `decode` within milliseconds, and every later one at once."""
        self._stop_flag[0] = b"\x01"

    def go(self) -> None:
        """Take `stop` back."""
        self._stop_flag[0] = b"\x00"

    def close(self) -> None:
        llama.llama_batch_free(self._batch)
        llama.llama_free(self._context)
        llama.llama_model_free(self._model)


_CALLBACKS: list[Any] = []
"""Log callbacks outlive their engine: llama.cpp may log while the process ends."""


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
