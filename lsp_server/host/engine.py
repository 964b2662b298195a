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
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from llama_cpp import llama_cpp as llama

from lsp_server.errors import ModelUnusable
from lsp_server.host import amx
from lsp_server.host.llama_log import LlamaLog
from lsp_server.host.memory import check_fit
from lsp_server.host.sampling import PENALTY_LAST_N, Sampling

RANDOM_SEED = 0xFFFFFFFF
PIECE_BYTES = 64
F16_BYTES = 2


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

    def __init__(self, sampling: Sampling, n_vocab: int) -> None:
        params = llama.llama_sampler_chain_default_params()
        self._chain = llama.llama_sampler_chain_init(params)
        for link in _links(sampling, n_vocab):
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
        self._logs = LlamaLog()
        _CALLBACKS.append(llama.llama_log_callback(self._logs.take))
        llama.llama_log_set(_CALLBACKS[-1], None)
        self._stop_flag = ctypes.create_string_buffer(2)
        llama.llama_backend_init()
        self._model = self._load(shape, going_on)
        self._vocab = llama.llama_model_get_vocab(self._model)
        self.n_ctx = min(shape.n_ctx, llama.llama_model_n_ctx_train(self._model) or shape.n_ctx)
        check_fit(llama.llama_model_size(self._model), self.n_ctx * self._kv_bytes_per_token())
        self._context = self._make_context(shape)
        self._memory = llama.llama_get_memory(self._context)
        # llama.cpp cuts it to n_ctx, and aborts the process if a batch is larger.
        self.n_batch = llama.llama_n_batch(self._context)
        self._batch = llama.llama_batch_init(self.n_batch, 0, 1)
        self.chat_template = _text(llama.llama_model_chat_template(self._model, None))
        self.bos, self.eos = (
            self.token_text(llama.llama_vocab_bos(self._vocab)),
            self.token_text(llama.llama_vocab_eos(self._vocab)),
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

    def token_text(self, token: int) -> str:
        """As `piece`, but control tokens have their names; "" for -1, a token the model has not."""
        return self._piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

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
        self._logs.forget()
        code = llama.llama_decode(self._context, self._batch)
        if code not in (0, 1, 2):
            raise ModelUnusable(f"llama.cpp could not compute, code {code} ({self._logs.reason}).")
        return ("done", "full", "stopped")[code]

    def sampler(self, sampling: Sampling) -> Sampler:
        return Sampler(sampling, llama.llama_vocab_n_tokens(self._vocab))

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
        with amx.refused():
            model = llama.llama_model_load_from_file(os.fsencode(shape.model_path), params)
        if not model:
            raise ModelUnusable(
                f"llama.cpp cannot load {shape.model_path.name} ({self._logs.reason}); "
                "choose another model with `penna model use`."
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
                f"No memory for a window of {self.n_ctx} tokens ({self._logs.reason}); "
                "set a smaller n_ctx."
            )
        return context

    def _kv_bytes_per_token(self) -> int:
        """Keys and values in f16, for all layers as if each had a cache of its own."""
        model = self._model
        width = llama.llama_model_n_embd(model) // max(llama.llama_model_n_head(model), 1)
        widths = (self._number("key_length") or width) + (self._number("value_length") or width)
        n_heads = llama.llama_model_n_layer(model) * llama.llama_model_n_head_kv(model)
        return int(n_heads * widths * F16_BYTES)

    def _number(self, key: str) -> int:
        """A number from the model's attention metadata; 0 if it is not there."""
        architecture = self._meta("general.architecture")
        return int(self._meta(f"{architecture}.attention.{key}") or 0)

    def _meta(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(PIECE_BYTES)
        n = llama.llama_model_meta_val_str(self._model, key.encode(), buffer, PIECE_BYTES)
        return buffer.value.decode() if n >= 0 else ""

    def _control_texts(self) -> tuple[str, ...]:
        ids = range(llama.llama_vocab_n_tokens(self._vocab))
        control = [i for i in ids if llama.llama_vocab_is_control(self._vocab, i)]
        return tuple(text for text in map(self.token_text, control) if text)

    def _piece(self, token: int, *, special: bool) -> bytes:
        n_bytes = PIECE_BYTES
        while True:
            buffer = ctypes.create_string_buffer(n_bytes)
            n = llama.llama_token_to_piece(self._vocab, token, buffer, n_bytes, 0, special)
            if n >= 0:
                return buffer.raw[:n]
            n_bytes = -n


_CALLBACKS: list[Any] = []
"""Log callbacks outlive their engine: llama.cpp may log while the process ends."""


def _links(sampling: Sampling, n_vocab: int) -> list[Any]:
    """The chain's samplers, in llama.cpp's own order."""
    if sampling.temperature <= 0 and not sampling.penalizes:
        return [llama.llama_sampler_init_greedy()]
    links = []
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
