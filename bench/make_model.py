"""Write a GGUF of a Qwen3 model's shape with random weights: the same work, token for token.

    python bench/make_model.py 4B penna-4b.gguf

Its replies are noise, its speed and its memory are those of the model whose shape it has, as
Q4_K_M: the same tensors in the same formats (llama.cpp's `llama-quant.cpp` says which). The
quantised blocks are drawn at random, nothing is quantised, so it takes seconds. The tokenizer is
real: byte-level BPE with Qwen's way of splitting words, trained on this Python's standard
library, and filled up to Qwen's number of tokens with tokens that no text holds.
"""

import argparse
import sys
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers


@dataclass(frozen=True, slots=True)
class Shape:
    """Qwen3's hyperparameters, as its config.json on the hub names them."""

    n_layers: int
    n_embd: int
    n_heads: int
    n_ff: int
    n_kv_heads: int = 8
    head_dim: int = 128
    n_vocab: int = 151_936


SHAPES = {
    "4B": Shape(36, 2560, 32, 9728),
    "1.7B": Shape(28, 2048, 16, 6144),
    "0.6B": Shape(28, 1024, 16, 3072),
}
N_CTX = 40_960
N_TRAINED = 32_000
"""Tokens that the tokenizer learns: about four characters of code a token, as Qwen's."""

CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
FIM = ("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>")
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TRAINING_FILES = 500
BLOCK = 256
"""Weights of a block of either format; what follows are its bytes (ggml-common.h)."""

Q4_K_BYTES, Q6_K_BYTES = 144, 210

LOUD, QUIET = 16.0, 0.1
"""How much of their share feed-forward layers and attention add. The output matrix is that of the
embeddings, so with equal shares the likeliest token is the last one, over and over, and drafts of
it would hold. So it hangs on the last token, and is another one, hundreds of times in a row."""


def command() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("file", type=Path)
    args = parser.parse_args()
    started = time.monotonic()
    make_model(SHAPES[args.shape], args.file)
    size = args.file.stat().st_size / 1e9
    print(f"{args.file}: {size:.2f} GB in {time.monotonic() - started:.0f} s")
    return 0


def make_model(shape: Shape, file: Path) -> None:
    """Write it beside its place and rename it, so that a file that is there is whole."""
    unfinished = file.with_suffix(".part")
    writer = GGUFWriter(unfinished, "qwen3", use_temp_file=False)
    _add_shape(writer, shape)
    _add_tokenizer(writer, shape)
    for name, tensor, kind in _tensors(shape):
        writer.add_tensor(name, tensor, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.replace(file)


def _add_shape(writer: GGUFWriter, shape: Shape) -> None:
    writer.add_name("Penna bench: random weights")
    writer.add_file_type(15)  # LLAMA_FTYPE_MOSTLY_Q4_K_M
    writer.add_block_count(shape.n_layers)
    writer.add_context_length(N_CTX)
    writer.add_embedding_length(shape.n_embd)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_head_count(shape.n_heads)
    writer.add_head_count_kv(shape.n_kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)


def _add_tokenizer(writer: GGUFWriter, shape: Shape) -> None:
    tokenizer = _trained()
    ids = tokenizer.get_vocab()
    texts = sorted(ids, key=ids.__getitem__)
    n_unused = shape.n_vocab - len(texts) - len(CONTROL) - len(FIM)
    control = [*CONTROL, *FIM]
    kinds = [TokenType.NORMAL] * len(texts) + [TokenType.CONTROL] * len(control)
    # Random weights say them, and a client counts what it can see: they have a text.
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([*texts, *control, *(f"<|unused{n}|>" for n in range(n_unused))])
    writer.add_token_types([*kinds, *[TokenType.NORMAL] * n_unused])
    writer.add_token_merges(_merges(tokenizer))
    first = len(texts)
    writer.add_eos_token_id(first + CONTROL.index("<|im_end|>"))
    writer.add_pad_token_id(first)
    for number, name in enumerate(FIM, first + len(CONTROL)):
        writer.add_uint32(f"tokenizer.ggml.fim_{name.strip('<|>')[4:7]}_token_id", number)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _trained() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=N_TRAINED,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    return tokenizer


def _texts() -> Iterator[str]:
    folder = Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.rglob("*.py"))[:TRAINING_FILES]:
        if "site-packages" not in path.parts:
            yield path.read_text("utf-8", "replace")


def _merges(tokenizer: Tokenizer) -> list[str]:
    import json

    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [pair if isinstance(pair, str) else " ".join(pair) for pair in merges]


Tensor = tuple[str, "NDArray[numpy.uint8] | NDArray[numpy.float32]", GGMLQuantizationType | None]


def _tensors(shape: Shape) -> Iterator[Tensor]:
    """All tensors, in the formats that Q4_K_M gives them."""
    random = numpy.random.default_rng(0)
    yield "token_embd.weight", *_q6_k(random, shape.n_vocab, shape.n_embd)
    yield "output_norm.weight", numpy.ones(shape.n_embd, numpy.float32), None
    n_q, n_kv = shape.n_heads * shape.head_dim, shape.n_kv_heads * shape.head_dim
    for layer in range(shape.n_layers):
        at = f"blk.{layer}"
        finer = _q6_k if _has_more_bits(layer, shape.n_layers) else _q4_k
        for name, n in (
            ("attn_norm", shape.n_embd),
            ("ffn_norm", shape.n_embd),
            ("attn_q_norm", shape.head_dim),
            ("attn_k_norm", shape.head_dim),
        ):
            yield f"{at}.{name}.weight", numpy.ones(n, numpy.float32), None
        yield f"{at}.attn_q.weight", *_q4_k(random, n_q, shape.n_embd)
        yield f"{at}.attn_k.weight", *_q4_k(random, n_kv, shape.n_embd)
        yield f"{at}.attn_v.weight", *finer(random, n_kv, shape.n_embd)
        yield f"{at}.attn_output.weight", *_q4_k(random, shape.n_embd, n_q, QUIET)
        yield f"{at}.ffn_gate.weight", *_q4_k(random, shape.n_ff, shape.n_embd)
        yield f"{at}.ffn_up.weight", *_q4_k(random, shape.n_ff, shape.n_embd)
        yield f"{at}.ffn_down.weight", *finer(random, shape.n_embd, shape.n_ff, LOUD)


def _has_more_bits(layer: int, n_layers: int) -> bool:
    """`use_more_bits` of llama-quant.cpp."""
    eighth = n_layers // 8
    return layer < eighth or layer >= 7 * eighth or (layer - eighth) % 3 == 2


def _q4_k(
    random: numpy.random.Generator, n_out: int, n_in: int, gain: float = 1.0
) -> "tuple[NDArray[numpy.uint8], GGMLQuantizationType]":
    """d and dmin (f16), 12 bytes of scales, 128 of quants; centred on zero and small."""
    blocks = _random_blocks(random, n_out, n_in, Q4_K_BYTES)
    blocks[:, 0:4] = numpy.array([gain * 6e-5, gain * 4.5e-4], numpy.float16).view(numpy.uint8)
    return blocks.reshape(n_out, -1), GGMLQuantizationType.Q4_K


def _q6_k(
    random: numpy.random.Generator, n_out: int, n_in: int, gain: float = 1.0
) -> "tuple[NDArray[numpy.uint8], GGMLQuantizationType]":
    """128 and 64 bytes of quants, 16 signed scales, d (f16)."""
    blocks = _random_blocks(random, n_out, n_in, Q6_K_BYTES)
    blocks[:, 208:210] = numpy.array([gain * 1.5e-5], numpy.float16).view(numpy.uint8)
    return blocks.reshape(n_out, -1), GGMLQuantizationType.Q6_K


def _random_blocks(
    random: numpy.random.Generator, n_out: int, n_in: int, n_bytes: int
) -> "NDArray[numpy.uint8]":
    n_blocks = n_out * n_in // BLOCK
    drawn = numpy.frombuffer(random.bytes(n_blocks * n_bytes), numpy.uint8)
    return drawn.reshape(n_blocks, n_bytes).copy()


if __name__ == "__main__":
    sys.exit(command())
