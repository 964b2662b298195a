"""What a GGUF file holds, what it needs, and what is wrong with it, before llama.cpp sees it.

llama.cpp aborts the process on some broken files, so every file passes `check` before a host is
started for it. Sizes are bytes. Deliberately absent: anything that imports llama_cpp, and
anything that reads weights.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lsp_server.errors import ModelUnusable
from lsp_server.model.gguf_header import Header, Tensor, Value, read_header

# Logits of one batch, scratch space and the interpreter, as measured around a 4B model.
_OVERHEAD = 300_000_000
# Tensors of these types are kept a second time, in the order that the CPU's kernels want.
_REPACKED_TYPES = frozenset({"Q4_0", "Q4_K", "IQ4_NL"})
_F16 = 2
CacheType = Literal["f16", "q8_0"]
# q8_0 stores 32 numbers in 34 bytes.
_SHARE_OF_F16: dict[CacheType, float] = {"f16": 1.0, "q8_0": 34 / 64}
_NO_MODEL_TYPES = {"adapter": "an adapter (LoRA)", "mmproj": "an image projector"}
_EMBEDDERS = re.compile(r"clip|.*bert.*|t5encoder|gemma-embedding|wavtokenizer-dec")
_PART = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.gguf")


@dataclass(frozen=True, slots=True)
class Memory:
    """What a model takes in memory, in bytes.

    `repacked` is a second copy of some weights; the first one may then be dropped by the system,
    as it is a mapped file. `kv_cache` is for the whole window.
    """

    weights: int
    repacked: int
    kv_cache: int
    overhead: int = _OVERHEAD

    @property
    def least(self) -> int:
        """Below this the model does not run, or swaps."""
        return self.weights + self.kv_cache + self.overhead

    @property
    def comfortable(self) -> int:
        return self.least + self.repacked


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A model's file. `n_ctx_train` is the window it was trained for; 0 where not said."""

    path: Path
    size: int
    architecture: str
    name: str
    n_params: int
    quantisation: str
    n_ctx_train: int
    n_vocab: int
    has_chat_template: bool
    kv_bytes_per_token: int
    n_repacked: int

    def memory(self, n_ctx: int, cache_type: CacheType = "f16") -> Memory:
        """The estimate for a window of `n_ctx` tokens with keys and values of that type."""
        kv_cache = int(self.kv_bytes_per_token * n_ctx * _SHARE_OF_F16[cache_type])
        return Memory(self.size, self.n_repacked, kv_cache)


def check(
    path: Path, n_ctx: int, memory: int | None = None, *, cache_type: CacheType = "f16"
) -> GgufFile:
    """Read the file and refuse what cannot run here; ModelUnusable says why.

    `memory` is what the machine has, in bytes; None asks the system.
    """
    file = read(path)
    total = total_memory() if memory is None else memory
    needed = file.memory(n_ctx, cache_type)
    if needed.least > total:
        raise ModelUnusable(
            f"{path} needs {gigabytes(needed.least)} of memory with a window of {n_ctx:,} tokens "
            f"and this machine has {gigabytes(total)}; choose a smaller model with "
            "`penna model list`, or a smaller n_ctx."
        )
    return file


def read(path: Path) -> GgufFile:
    """Read the file's header, and those of its other parts; ModelUnusable says what is wrong."""
    headers = {part: read_header(part) for part in _parts(path)}
    first = next(iter(headers.values()))
    _check_kind(path, first)
    sizes = _quant_sizes()
    for part, header in headers.items():
        _check_complete(part, header, sizes)
    tensors = [tensor for header in headers.values() for tensor in header.tensors]
    if not tensors:
        raise ModelUnusable(f"{path} holds no weights; choose the model's own file.")
    return _described(path, first, tensors, sum(header.file_size for header in headers.values()))


def total_memory() -> int:
    """The machine's memory in bytes, or what the container that this runs in may use."""
    import psutil

    limit = Path("/sys/fs/cgroup/memory.max")
    total = int(psutil.virtual_memory().total)
    try:
        return min(total, int(limit.read_text()))
    except (OSError, ValueError):
        return total


def gigabytes(n_bytes: int) -> str:
    """`2.50 GB`, `640 MB`: decimal, as model hubs count."""
    if n_bytes >= 1_000_000_000:
        return f"{n_bytes / 1_000_000_000:.2f} GB"
    return f"{n_bytes / 1_000_000:.0f} MB"


def _parts(path: Path) -> list[Path]:
    """The file itself, or all parts of a model that is split over several."""
    match = _PART.fullmatch(path.name)
    if match is None:
        return [path]
    stem, number, count = match.groups()
    parts = [path.with_name(f"{stem}-{n:05}-of-{count}.gguf") for n in range(1, int(count) + 1)]
    if int(number) != 1:
        raise ModelUnusable(f"{path} is part {int(number)} of a model; choose {parts[0].name}.")
    for part in parts:
        if not part.exists():
            raise ModelUnusable(f"{part} is missing; download all {int(count)} parts.")
    return parts


def _check_kind(path: Path, header: Header) -> None:
    kind = _text(header, "general.type")
    if kind in _NO_MODEL_TYPES:
        raise ModelUnusable(f"{path} is {_NO_MODEL_TYPES[kind]}; choose the model's own file.")
    if header.values.get("split.count", 0) not in (0, 1) and not _PART.fullmatch(path.name):
        raise ModelUnusable(
            f"{path} is one part of a split model under another name; give all parts their own "
            "names (…-00001-of-0000N.gguf) again."
        )
    architecture = _text(header, "general.architecture")
    if not architecture:
        raise ModelUnusable(f"{path} does not say what kind of model it is; get another file.")
    if _EMBEDDERS.fullmatch(architecture):
        raise ModelUnusable(f"{path} ({architecture}) cannot write text; choose a chat model.")
    if not _is_known(architecture):
        raise ModelUnusable(
            f"{path} has the architecture “{architecture}”, which this version of llama.cpp does "
            "not know; update Penna, or choose another model."
        )


def _check_complete(path: Path, header: Header, sizes: Mapping[int, tuple[int, int]]) -> None:
    end = header.data_start
    for tensor in header.tensors:
        if tensor.type not in sizes:
            raise ModelUnusable(
                f"{path} holds weights of a type ({tensor.type}) that this version does not know; "
                "update Penna, or get another quantisation."
            )
        end = max(end, header.data_start + tensor.offset + _n_bytes(tensor, sizes))
    if end > header.file_size:
        raise ModelUnusable(
            f"{path} is cut off: it holds {gigabytes(header.file_size)} and should hold "
            f"{gigabytes(end)}; download it again (`penna model pull` goes on where it stopped)."
        )


def _n_bytes(tensor: Tensor, sizes: Mapping[int, tuple[int, int]]) -> int:
    n_block, n_bytes = sizes[tensor.type]
    return tensor.n_elements // n_block * n_bytes


def _described(path: Path, header: Header, tensors: list[Tensor], size: int) -> GgufFile:
    sizes, types = _quant_sizes(), _type_names()
    architecture = _text(header, "general.architecture")
    by_type = Counter[str]()
    for tensor in tensors:
        by_type[types[tensor.type]] += _n_bytes(tensor, sizes)
    return GgufFile(
        path=path,
        size=size,
        architecture=architecture,
        name=_text(header, "general.name") or path.stem,
        n_params=sum(tensor.n_elements for tensor in tensors),
        quantisation=_quantisation(header) or by_type.most_common(1)[0][0],
        n_ctx_train=_number(header, f"{architecture}.context_length"),
        n_vocab=header.lengths.get("tokenizer.ggml.tokens", 0),
        has_chat_template="tokenizer.chat_template" in header.values,
        kv_bytes_per_token=_kv_bytes_per_token(header, architecture),
        n_repacked=sum(count for name, count in by_type.items() if name in _REPACKED_TYPES),
    )


def _kv_bytes_per_token(header: Header, architecture: str) -> int:
    """Layers x KV heads x (key + value length) x 2 bytes.

    Models whose layers look back less far (sliding window, recurrent) need less than this.
    """
    n_layers = _number(header, f"{architecture}.block_count")
    n_heads = _number(header, f"{architecture}.attention.head_count")
    n_embd = _number(header, f"{architecture}.embedding_length")
    default = n_embd // n_heads if n_heads else 0
    key = _number(header, f"{architecture}.attention.key_length") or default
    value = _number(header, f"{architecture}.attention.value_length") or default
    heads = header.values.get(f"{architecture}.attention.head_count_kv", n_heads)
    n_kv_heads = sum(map(_whole, heads)) if isinstance(heads, tuple) else _whole(heads) * n_layers
    return n_kv_heads * (key + value) * _F16


def _quantisation(header: Header) -> str:
    from gguf.constants import LlamaFileType

    try:
        name = LlamaFileType(_number(header, "general.file_type")).name
    except ValueError:
        return ""
    if "general.file_type" not in header.values:
        return ""
    return name.removeprefix("MOSTLY_").removeprefix("ALL_")


def _is_known(architecture: str) -> bool:
    """Whether llama.cpp knows it, asked of the gguf package and of the library's own strings.

    The library may be newer than the package. It is read as a file, never loaded: only the host
    loads it.
    """
    from importlib.util import find_spec

    from gguf.constants import MODEL_ARCH_NAMES

    if architecture in MODEL_ARCH_NAMES.values():
        return True
    spec = find_spec("llama_cpp")
    places = (spec.submodule_search_locations or ()) if spec else ()
    name = architecture.encode() + b"\0"
    libraries = (file for place in places for file in Path(place).glob("lib/*llama.*"))
    return any(name in library.read_bytes() for library in libraries)


def _quant_sizes() -> Mapping[int, tuple[int, int]]:
    from gguf.constants import GGML_QUANT_SIZES

    return {int(kind): size for kind, size in GGML_QUANT_SIZES.items()}


def _type_names() -> Mapping[int, str]:
    from gguf.constants import GGMLQuantizationType

    return {int(kind): kind.name for kind in GGMLQuantizationType}


def _text(header: Header, key: str) -> str:
    value = header.values.get(key, "")
    return value if isinstance(value, str) else ""


def _number(header: Header, key: str) -> int:
    value = header.values.get(key, 0)
    # Some models list one number for each layer; the largest is the one to make room for.
    return max(map(_whole, value), default=0) if isinstance(value, tuple) else _whole(value)


def _whole(value: Value) -> int:
    return int(value) if isinstance(value, int | float) else 0
