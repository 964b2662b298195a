"""A tiny model with random weights whose every token hangs on all tokens before it.

A scripted model knows its last token alone, so it would not notice a KV cache that holds the
wrong tokens. This one's replies are noise, but a cell that is wrong, missing or misplaced makes
another noise. 32-bit weights, so that batches of any size agree but for the last bits; it says
printable ASCII alone, so that a reply's text is its tokens.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy
from gguf import GGUFWriter, TokenType

from lsp_server.host.scripted import byte_alphabet

N_LAYERS, N_EMBD, N_HEADS, HEAD_DIM, N_FF = 2, 128, 4, 32, 128
END = "<|im_end|>"


def make_random_model(
    path: Path,
    n_ctx: int = 4096,
    seed: int = 0,
    alphabet: Sequence[str] | None = None,
    markers: Sequence[str] = (),
    chat_template: str | None = None,
) -> Path:
    """Tokens are the 256 bytes, or others, the end of a turn, and `markers`; none of these is
    ever said."""
    writer = GGUFWriter(path, "qwen3")
    _add_shape(writer, n_ctx)
    _add_tokenizer(writer, alphabet or byte_alphabet(), markers)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
    n_vocab = 257 + len(markers)
    random = numpy.random.default_rng(seed)

    def add(name: str, n_out: int, n_in: int, gain: float = 1.0) -> None:
        weights = random.standard_normal((n_out, n_in)) * gain / n_in**0.5
        writer.add_tensor(f"{name}.weight", weights.astype(numpy.float32))

    add("token_embd", n_vocab, N_EMBD, gain=N_EMBD**0.5)
    output = random.standard_normal((n_vocab, N_EMBD)) * 4 / N_EMBD**0.5
    output[[not 32 <= byte < 127 for byte in range(n_vocab)]] = 0
    writer.add_tensor("output.weight", output.astype(numpy.float32))
    writer.add_tensor("output_norm.weight", numpy.ones(N_EMBD, numpy.float32))
    for at in (f"blk.{layer}" for layer in range(N_LAYERS)):
        for norm, n in (
            ("attn_norm", N_EMBD),
            ("ffn_norm", N_EMBD),
            ("attn_q_norm", HEAD_DIM),
            ("attn_k_norm", HEAD_DIM),
        ):
            writer.add_tensor(f"{at}.{norm}.weight", numpy.ones(n, numpy.float32))
        for name in ("attn_q", "attn_k", "attn_v"):
            add(f"{at}.{name}", N_HEADS * HEAD_DIM, N_EMBD)
        add(f"{at}.attn_output", N_EMBD, N_HEADS * HEAD_DIM, gain=3)
        add(f"{at}.ffn_gate", N_FF, N_EMBD)
        add(f"{at}.ffn_up", N_FF, N_EMBD)
        add(f"{at}.ffn_down", N_EMBD, N_FF, gain=1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_shape(writer: GGUFWriter, n_ctx: int) -> None:
    writer.add_block_count(N_LAYERS)
    writer.add_context_length(n_ctx)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(N_FF)
    writer.add_head_count(N_HEADS)
    writer.add_head_count_kv(N_HEADS)
    writer.add_key_length(HEAD_DIM)
    writer.add_value_length(HEAD_DIM)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)


def _add_tokenizer(writer: GGUFWriter, alphabet: Sequence[str], markers: Sequence[str]) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([*alphabet, END, *markers])
    writer.add_token_types([TokenType.NORMAL] * 256 + [TokenType.CONTROL] * (1 + len(markers)))
    writer.add_token_merges(["Ā ā"])
    writer.add_eos_token_id(256)
    writer.add_add_bos_token(False)
