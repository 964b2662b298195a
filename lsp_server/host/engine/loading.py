"""Reading a GGUF into memory and making a context for it.

Both say what llama.cpp said if it refuses. Whether it can fit is worked out before the context is
made: Linux grants more memory than there is, and kills later.
"""

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as llama

from lsp_server.errors import ModelUnusable
from lsp_server.host import amx
from lsp_server.host.llama_log import LlamaLog
from lsp_server.host.memory import Needs, check_fit
from lsp_server.host.window import CacheType

META_BYTES = 64

GGML_TYPES: dict[CacheType, int] = {"f16": llama.GGML_TYPE_F16, "q8_0": llama.GGML_TYPE_Q8_0}
BYTES_PER_VALUE: dict[CacheType, float] = {"f16": 2, "q8_0": 34 / 32}
"""A block of 32 values in q8_0 has a scale of two bytes (ggml-common.h)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a model is to be loaded. `n_ctx` is cut to what it was trained for.

    Without flash attention llama.cpp computes a few rows at a time by its fast matrix kernels;
    with it those rows go one by one, unless they are 64 or more. Measured with 4 billion weights at
    1,024 tokens: a batch of 16 rows takes 0.64 s without and 0.87 s with, single tokens 0.16 and
    0.19 s, chunks of a prompt the same. The price: each row then attends to all cells that are in
    use, those of other sequences too.

    `n_threads` for single tokens, `n_threads_batch` for batches (0: the same). `n_seq_max`
    sequences share one cache of `n_ctx` cells. At most `n_outputs` rows of a batch may be sampled.
    """

    model_path: Path
    n_ctx: int
    n_threads: int
    n_threads_batch: int = 0
    n_batch: int = 128
    n_seq_max: int = 16
    n_outputs: int = 80
    cache_type_k: CacheType = "f16"
    cache_type_v: CacheType = "f16"
    flash_attention: bool = False
    mlock: bool = False


def load_model(shape: Shape, going_on: Callable[[], bool], logs: LlamaLog) -> Any:
    """`going_on` is asked while the weights are read; False gives loading up."""
    params = llama.llama_model_default_params()
    params.n_gpu_layers = 0
    params.load_mode = (
        llama.LLAMA_LOAD_MODE_MMAP_MLOCK if shape.mlock else llama.LLAMA_LOAD_MODE_MMAP
    )
    params.progress_callback = llama.llama_progress_callback(lambda _done, _data: going_on())
    with amx.refused():
        model = llama.llama_model_load_from_file(os.fsencode(shape.model_path), params)
    if not model:
        raise ModelUnusable(
            f"llama.cpp cannot load {shape.model_path.name} ({logs.reason}); "
            "choose another model with `penna model use`."
        )
    return model


def window(model: Any, shape: Shape) -> int:
    """Tokens: what was asked for, cut to what the model was trained for."""
    return min(shape.n_ctx, llama.llama_model_n_ctx_train(model) or shape.n_ctx)


def make_context(model: Any, shape: Shape, stop_flag: Any, logs: LlamaLog) -> Any:
    """llama.cpp gives up a running batch once the first byte of `stop_flag` is not 0.

    The caller keeps `stop_flag` as long as the context. The callback is libc's `strlen`: llama.cpp
    calls it after each node of the graph, more than a thousand times a token. On an empty string
    it returns 0, go on; one byte written into that string by any thread makes it 1, stop. No
    Python, no GIL.
    """
    n_ctx = window(model, shape)
    kv_cache = round(n_ctx * kv_bytes_per_token(model, shape))
    check_fit(Needs(llama.llama_model_size(model), kv_cache, n_ctx))
    params = llama.llama_context_default_params()
    params.n_ctx = n_ctx
    params.n_batch = params.n_ubatch = shape.n_batch
    params.n_seq_max = shape.n_seq_max
    params.n_outputs_max = max(shape.n_outputs, shape.n_seq_max)
    params.kv_unified = True
    params.type_k = GGML_TYPES[shape.cache_type_k]
    params.type_v = GGML_TYPES[shape.cache_type_v]
    params.flash_attn_type = (
        llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
        if shape.flash_attention
        else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )
    params.n_threads = shape.n_threads
    params.n_threads_batch = shape.n_threads_batch or shape.n_threads
    params.abort_callback = ctypes.cast(_libc().strlen, llama.ggml_abort_callback)
    params.abort_callback_data = ctypes.addressof(stop_flag)
    context = llama.llama_init_from_model(model, params)
    if not context:
        raise ModelUnusable(
            f"No memory for a window of {n_ctx} tokens ({logs.reason}); set a smaller n_ctx."
        )
    return context


def kv_bytes_per_token(model: Any, shape: Shape) -> float:
    """Keys and values for all layers, as if each had a cache of its own."""
    width = llama.llama_model_n_embd(model) // max(llama.llama_model_n_head(model), 1)
    keys = (_number(model, "key_length") or width) * BYTES_PER_VALUE[shape.cache_type_k]
    values = (_number(model, "value_length") or width) * BYTES_PER_VALUE[shape.cache_type_v]
    return float(
        llama.llama_model_n_layer(model) * llama.llama_model_n_head_kv(model) * (keys + values)
    )


def _number(model: Any, key: str) -> int:
    """A number from the model's attention metadata; 0 if it is not there."""
    architecture = _meta(model, "general.architecture")
    return int(_meta(model, f"{architecture}.attention.{key}") or 0)


def _meta(model: Any, key: str) -> str:
    buffer = ctypes.create_string_buffer(META_BYTES)
    n = llama.llama_model_meta_val_str(model, key.encode(), buffer, META_BYTES)
    return buffer.value.decode() if n >= 0 else ""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL("msvcrt" if os.name == "nt" else None)
