"""A model whose replies are known: a real GGUF that a real llama.cpp loads in milliseconds.

For tests and for the demo's rehearsal. Everything but the knowledge is real: tokenizer, chat
template, sampler, stream. One layer (or more) of architecture qwen3 with all weights zero hands
the last token's embedding on unchanged; the output row of a token is the embedding of the token
that it follows. Embeddings are random signs, so the right token wins by hundreds of logits and
no temperature in use can change a reply. All last tokens share one embedding, that of "the end".

Prompts are tokenized into bytes: keep n_ctx large. Deliberately absent: any reply that depends
on more than which script a substring of the last user message picks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.host.script_pieces import Script, cut

if TYPE_CHECKING:
    import numpy
    from gguf import GGUFWriter
    from numpy.typing import NDArray

N_EMBD = 512
N_HEAD_DIM = 32
Q4_0_WEIGHTS, Q4_0_BYTES = 32, 18
"""A block of the format Q4_0; zero bytes are zero weights."""
END, ASK, PAD = "<|im_end|>", "<|im_start|>", "<|endoftext|>"


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes a scripted model slow, by real work over zeros.

    A larger `n_ff`, a multiple of 32, makes writing slower, and with more than one layer reading
    too: in the last layer llama.cpp computes nothing but the rows that are sampled.
    """

    n_layers: int = 1
    n_ff: int = 32


QUICK = Shape()


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Token texts as the file has them, and which token follows which."""

    texts: tuple[str, ...]
    markers: frozenset[int]
    follows: tuple[tuple[int, int], ...]
    end: int


def make_gguf(
    path: Path, scripts: Mapping[str, Script], n_ctx: int = 32768, shape: Shape = QUICK
) -> Path:
    """Write a GGUF that replies `scripts[key]` for the first key in the last user message.

    The key "" is for all other messages; without it they are answered by nothing. A reply is a
    text, or its pieces (bytes may cut a character) where a test wants to choose the tokens.
    `n_ctx` is the window the model claims to be trained for.
    """
    from gguf import GGUFWriter

    scripts = {key: scripts[key] for key in scripts if key} | {"": scripts.get("", "")}
    vocabulary = _vocabulary(list(scripts.values()))
    writer = GGUFWriter(path, "qwen3")
    _add_shape(writer, n_ctx, shape)
    _add_tokenizer(writer, vocabulary, _template(list(scripts)))
    _add_knowledge(writer, vocabulary)
    for layer in range(shape.n_layers):
        _add_layer(writer, f"blk.{layer}", shape.n_ff)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary(replies: Sequence[Script]) -> _Vocabulary:
    alphabet = byte_alphabet()
    starts = [f"<|script{number}|>" for number in range(len(replies))]
    texts = [*alphabet, END, ASK, PAD, *starts]
    markers = frozenset(range(len(alphabet), len(texts)))
    ids = {text: number for number, text in enumerate(texts)}
    follows: set[tuple[int, int]] = set()
    for start, tokens in zip(starts, cut(replies), strict=True):
        before = ids[start]
        for token in tokens:
            number = ids.setdefault("".join(alphabet[byte] for byte in token), len(ids))
            follows.add((before, number))
            before = number
        follows.add((before, ids[END]))
    return _Vocabulary(tuple(ids), markers, tuple(sorted(follows)), ids[END])


def byte_alphabet() -> list[str]:
    """The character that stands for each byte in a GPT-2 vocabulary."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def _template(keys: Sequence[str]) -> str:
    """ChatML with tools as Qwen has them; the generation prompt ends in the marker of the script
    that the message picks."""
    picks = [
        f"{'el' if number else ''}if {json.dumps(key, ensure_ascii=False)} in asked.text"
        f" %}}<|script{number}|>"
        for number, key in enumerate(keys)
    ]
    return (
        "{% set asked = namespace(text='') %}"
        "{% if tools %}<|im_start|>system\n<tools>\n{% for tool in tools %}{{ tool | tojson }}\n"
        "{% endfor %}</tools><|im_end|>\n{% endif %}"
        "{% for message in messages %}"
        "{% if message.role == 'user' %}{% set asked.text = message.content %}{% endif %}"
        "<|im_start|>{{ message.role }}\n{{ message.content }}"
        "{% for call in message.tool_calls or [] %}"
        "<tool_call>\n{{ call.function | tojson }}\n</tool_call>{% endfor %}<|im_end|>\n"
        "{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n"
        "{% " + "{% ".join(picks) + "{% endif %}{% endif %}"
    )


def _add_shape(writer: "GGUFWriter", n_ctx: int, shape: Shape) -> None:
    writer.add_name("Penna rehearsal: a scripted model, its replies are known beforehand")
    writer.add_block_count(shape.n_layers)
    writer.add_context_length(n_ctx)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(N_HEAD_DIM)
    writer.add_value_length(N_HEAD_DIM)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)


def _add_tokenizer(writer: "GGUFWriter", vocabulary: _Vocabulary, template: str) -> None:
    from gguf import TokenType

    kinds = [
        TokenType.CONTROL if number in vocabulary.markers else TokenType.NORMAL
        for number in range(len(vocabulary.texts))
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(list(vocabulary.texts))
    writer.add_token_types(kinds)
    # llama.cpp wants the list to be there; two control bytes that nobody types harm nobody.
    writer.add_token_merges(["Ā ā"])
    writer.add_eos_token_id(vocabulary.end)
    writer.add_pad_token_id(vocabulary.texts.index(PAD))
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


def _add_knowledge(writer: "GGUFWriter", vocabulary: _Vocabulary) -> None:
    import numpy

    embeddings, output = _knowledge(vocabulary)
    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", numpy.ones(N_EMBD, numpy.float32))


def _add_layer(writer: "GGUFWriter", layer: str, n_ff: int) -> None:
    """A layer that hands on what it gets. Its weights are quantised, as a real model's are."""
    import numpy
    from gguf import GGMLQuantizationType

    for name, n in (
        ("attn_norm", N_EMBD),
        ("ffn_norm", N_EMBD),
        ("attn_q_norm", N_HEAD_DIM),
        ("attn_k_norm", N_HEAD_DIM),
    ):
        writer.add_tensor(f"{layer}.{name}.weight", numpy.ones(n, numpy.float32))
    for name, n_out, n_in in (
        ("attn_q", N_HEAD_DIM, N_EMBD),
        ("attn_k", N_HEAD_DIM, N_EMBD),
        ("attn_v", N_HEAD_DIM, N_EMBD),
        ("attn_output", N_EMBD, N_HEAD_DIM),
        ("ffn_gate", n_ff, N_EMBD),
        ("ffn_up", n_ff, N_EMBD),
        ("ffn_down", N_EMBD, n_ff),
    ):
        zeros = numpy.zeros((n_out, n_in // Q4_0_WEIGHTS * Q4_0_BYTES), numpy.uint8)
        q4_0 = GGMLQuantizationType.Q4_0
        writer.add_tensor(f"{layer}.{name}.weight", zeros, raw_dtype=q4_0)


def _knowledge(
    vocabulary: _Vocabulary,
) -> "tuple[NDArray[numpy.float16], NDArray[numpy.float16]]":
    """The embeddings, and the output rows, each shaped (tokens, N_EMBD)."""
    import numpy

    signs = numpy.random.default_rng(0).choice((-1.0, 1.0), (len(vocabulary.texts) + 1, N_EMBD))
    embeddings, the_end = signs[:-1].astype(numpy.float16), signs[-1].astype(numpy.float16)
    output = numpy.zeros_like(embeddings)
    for before, after in vocabulary.follows:
        if after == vocabulary.end:
            embeddings[before] = the_end
        output[after] = embeddings[before]
    return embeddings, output
