"""llama.cpp: one model, one context, and the only place that imports `llama_cpp`.

Rules: everything but `tokenize`, `stop` and what the constructor has read is called by the
engine thread alone. Handles are freed by `close`. What llama.cpp keeps a pointer to (callbacks,
the stop flag) is kept referenced here: a collected callback is a segfault. Nothing in Python
runs per vocabulary entry. Deliberately absent: requests, threads and any notion of who asks
(`scheduler.py`), so that a batch may hold rows of many sequences.

Why the abort callback is libc's `strlen`: llama.cpp calls it after each node of the graph, more
than a thousand times a token. On an empty string it returns 0, go on; one byte written into that
string by any thread makes it 1, stop. No Python, no GIL.
"""

import ctypes
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from llama_cpp import llama_cpp as llama

from lsp_server.errors import ModelUnusable
from lsp_server.host.memory import check_fit
from lsp_server.host.sampling import PENALTY_LAST_N, Sampling

log = logging.getLogger(__name__)

RANDOM_SEED = 0xFFFFFFFF
PIECE_BYTES = 64
LEVELS = {1: logging.DEBUG, 2: logging.DEBUG, 3: logging.WARNING, 4: logging.ERROR}
"""ggml's NONE, INFO, WARN, ERROR are 0, 2, 3, 4; its INFO is our DEBUG."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a model is to be loaded. `n_ctx` is cut to what it was trained for."""

    model_path: Path
    n_ctx: int
    n_threads: int
    n_batch: int = 512
    n_seq_max: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One token of a batch, at `position` of `sequence`; `sampled` says that logits are wanted."""

    token: int
    position: int
    sequence: int = 0
    sampled: bool = False


Decoded = Literal["done", "stopped", "full"]


class Sampler:
    """llama.cpp's sampler chain of one reply. Free it by `close`."""

    def __init__(self, sampling: Sampling) -> None:
        params = llama.llama_sampler_chain_default_params()
        self._chain = llama.llama_sampler_chain_init(params)
        for link in _links(sampling):
            llama.llama_sampler_chain_add(self._chain, link)

    @property
    def handle(self) -> Any:
        return self._chain

    def close(self) -> None:
        llama.llama_sampler_free(self._chain)


class Engine:
    """A loaded model and its KV cache.

    `going_on` is asked while the weights are read; False gives loading up. Raises ModelUnusable
    with the reason as a sentence.
    """

    def __init__(self, shape: Shape, going_on: Callable[[], bool]) -> None:
        self._logs = _Logs()
        self._stop_flag = ctypes.create_string_buffer(2)
        llama.llama_backend_init()
        self._model = self._load(shape, going_on)
        self._vocab = llama.llama_model_get_vocab(self._model)
        self.n_ctx = min(shape.n_ctx, llama.llama_model_n_ctx_train(self._model) or shape.n_ctx)
        check_fit(llama.llama_model_size(self._model), self.n_ctx * self._kv_bytes_per_token())
        self._context = self._make_context(shape)
        self._memory = llama.llama_get_memory(self._context)
        self.n_batch = shape.n_batch
        self._batch = llama.llama_batch_init(shape.n_batch, 0, 1)
        self.chat_template = _text(llama.llama_model_chat_template(self._model, None))
        self.bos, self.eos = (
            self._token_text(llama.llama_vocab_bos(self._vocab)),
            self._token_text(llama.llama_vocab_eos(self._vocab)),
        )
        self.control_texts = self._control_texts()

    # --- tokens ---------------------------------------------------------------------------

    def tokenize(self, text: str, *, start: bool, markers: bool) -> list[int]:
        """Any thread may call it. `start`: add BOS if the model wants one; `markers`: texts of
        control tokens become these tokens, else they are plain text."""
        encoded = text.encode("utf-8", "surrogatepass")
        n_max = len(encoded) + 2
        tokens = (llama.llama_token * n_max)()
        n = llama.llama_tokenize(self._vocab, encoded, len(encoded), tokens, n_max, start, markers)
        assert n >= 0, "a text never has more tokens than bytes, but for BOS and EOS"
        return list(tokens[:n])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for, which need not be whole characters; control: none."""
        return self._piece(token, special=False)

    def ends_reply(self, token: int) -> bool:
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

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

    # --- work -----------------------------------------------------------------------------

    def decode(self, rows: Sequence[Row]) -> Decoded:
        """Compute up to `n_batch` rows. "stopped": `stop` was called, see `n_kept` for what was
        done; "full": the KV cache has no room. Raises ModelUnusable when llama.cpp fails."""
        assert 0 < len(rows) <= self.n_batch, "a batch has a bounded number of rows"
        for index, row in enumerate(rows):
            self._batch.token[index] = row.token
            self._batch.pos[index] = row.position
            self._batch.n_seq_id[index] = 1
            self._batch.seq_id[index][0] = row.sequence
            self._batch.logits[index] = row.sampled
        self._batch.n_tokens = len(rows)
        code = llama.llama_decode(self._context, self._batch)
        if code not in (0, 1, 2):
            raise ModelUnusable(f"llama.cpp could not compute (code {code}). {self._logs.last}")
        return ("done", "full", "stopped")[code]

    def sample(self, sampler: Sampler, row: int) -> int:
        """Pick the token after `row` of the last batch, and let the sampler remember it."""
        return int(llama.llama_sampler_sample(sampler.handle, self._context, row))

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

    # --- loading --------------------------------------------------------------------------

    def _load(self, shape: Shape, going_on: Callable[[], bool]) -> Any:
        params = llama.llama_model_default_params()
        params.n_gpu_layers = 0
        params.load_mode = llama.LLAMA_LOAD_MODE_MMAP
        params.progress_callback = llama.llama_progress_callback(lambda _done, _data: going_on())
        model = llama.llama_model_load_from_file(os.fsencode(shape.model_path), params)
        if not model:
            raise ModelUnusable(
                f"llama.cpp cannot load {shape.model_path.name}: {self._logs.last} "
                "Choose another model with `penna model use`."
            )
        return model

    def _make_context(self, shape: Shape) -> Any:
        params = llama.llama_context_default_params()
        params.n_ctx = self.n_ctx
        params.n_batch = params.n_ubatch = shape.n_batch
        params.n_seq_max = shape.n_seq_max
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = shape.n_threads
        params.abort_callback = ctypes.cast(_libc().strlen, llama.ggml_abort_callback)
        params.abort_callback_data = ctypes.addressof(self._stop_flag)
        context = llama.llama_init_from_model(self._model, params)
        if not context:
            llama.llama_model_free(self._model)
            raise ModelUnusable(
                f"No memory for a window of {self.n_ctx} tokens ({self._logs.last}); "
                "set a smaller n_ctx."
            )
        return context

    def _kv_bytes_per_token(self) -> int:
        model = self._model
        heads = max(llama.llama_model_n_head(model), 1)
        width = llama.llama_model_n_embd(model) // heads
        n_f16 = llama.llama_model_n_layer(model) * llama.llama_model_n_head_kv(model) * width * 2
        return int(n_f16) * 2

    def _control_texts(self) -> tuple[str, ...]:
        ids = range(llama.llama_vocab_n_tokens(self._vocab))
        control = [i for i in ids if llama.llama_vocab_is_control(self._vocab, i)]
        return tuple(text for text in map(self._token_text, control) if text)

    def _token_text(self, token: int) -> str:
        """What the chat template calls the token; "" where the model has none."""
        return self._piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    def _piece(self, token: int, *, special: bool) -> bytes:
        n_bytes = PIECE_BYTES
        while True:
            buffer = ctypes.create_string_buffer(n_bytes)
            n = llama.llama_token_to_piece(self._vocab, token, buffer, n_bytes, 0, special)
            if n >= 0:
                return buffer.raw[:n]
            n_bytes = -n


class _Logs:
    """llama.cpp's log, handed on to `logging`; the last error is kept for a sentence."""

    def __init__(self) -> None:
        self._errors: list[str] = []
        self._level = logging.DEBUG
        self._callback = llama.llama_log_callback(self._take)
        llama.llama_log_set(self._callback, None)
        _KEPT.append(self._callback)

    @property
    def last(self) -> str:
        return self._errors[-1] if self._errors else "It does not say why."

    def _take(self, level: int, text: bytes, _data: Any) -> None:
        """Level 5 goes on with the line before."""
        self._level = LEVELS.get(level, self._level)
        line = text.decode("utf-8", "replace").rstrip()
        if line.strip("."):
            log.log(self._level, "%s", line)
        if self._level == logging.ERROR and line:
            self._errors = [*self._errors[-7:], line]


_KEPT: list[Any] = []
"""The log callback outlives its engine: llama.cpp may log while the process ends."""


def _links(sampling: Sampling) -> list[Any]:
    """The chain's samplers, in llama.cpp's own order."""
    if sampling.temperature <= 0 and not sampling.penalizes:
        return [llama.llama_sampler_init_greedy()]
    links = []
    if sampling.penalizes:
        repeat, frequency = sampling.repeat_penalty, sampling.frequency_penalty
        links.append(
            llama.llama_sampler_init_penalties(
                PENALTY_LAST_N, repeat, frequency, sampling.presence_penalty
            )
        )
    if sampling.temperature <= 0:
        return [*links, llama.llama_sampler_init_greedy()]
    seed = RANDOM_SEED if sampling.seed is None else sampling.seed & 0xFFFFFFFF
    return [
        *links,
        llama.llama_sampler_init_top_k(sampling.top_k),
        llama.llama_sampler_init_top_p(sampling.top_p, 1),
        llama.llama_sampler_init_min_p(sampling.min_p, 1),
        llama.llama_sampler_init_temp(sampling.temperature),
        llama.llama_sampler_init_dist(seed),
    ]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL("msvcrt" if os.name == "nt" else None)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
