"""The model's vocabulary: from text to tokens and back. Any thread may ask; nothing changes."""

import ctypes
from dataclasses import dataclass
from typing import Any

from llama_cpp import llama_cpp as llama

PIECE_BYTES = 64
N_FILLED = 512
"""Tokens by which vocabularies of one family differ: Qwen's by 267."""


@dataclass(frozen=True, slots=True)
class FillInTheMiddle:
    """The tokens before a prefix, before a suffix, and before what is to stand between them."""

    prefix: int
    suffix: int
    middle: int


class Vocabulary:
    """`bos` and `eos` are texts, "" where the model has none; `control_texts` those of all control
    tokens. `fill_in_the_middle` is None for a model that was not taught it."""

    def __init__(self, model: Any) -> None:
        self.handle = llama.llama_model_get_vocab(model)
        self.n_tokens = int(llama.llama_vocab_n_tokens(self.handle))
        self.bos = self.token_text(llama.llama_vocab_bos(self.handle))
        self.eos = self.token_text(llama.llama_vocab_eos(self.handle))
        self.control_texts = self._control_texts()
        self.fill_in_the_middle = self._fill_in_the_middle()

    def tokenize(self, text: str, *, start: bool, markers: bool) -> list[int]:
        """Any thread may call it. `start`: add BOS if the model wants one; `markers`: texts of
        control tokens become these tokens, else they are plain text."""
        encoded = text.encode("utf-8", "surrogatepass")
        n_max = len(encoded) + 2
        tokens = (llama.llama_token * n_max)()
        n = llama.llama_tokenize(self.handle, encoded, len(encoded), tokens, n_max, start, markers)
        assert n >= 0, "a text never has more tokens than bytes, but for BOS and EOS"
        return list(tokens[:n])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for, which need not be whole characters; control: none."""
        return self._piece(token, special=False)

    def token_text(self, token: int) -> str:
        """As `piece`, but control tokens have their names; "" for -1, a token the model has not."""
        return self._piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    def is_as(self, other: "Vocabulary") -> bool:
        """Whether all tokens that both have are the same: models of a family differ in how many
        unused ones they are filled up with, by less than `N_FILLED`."""
        n = min(self.n_tokens, other.n_tokens)
        is_near = max(self.n_tokens, other.n_tokens) - n < N_FILLED
        return is_near and all(self._text(i) == other._text(i) for i in range(n))

    def _text(self, token: int) -> bytes:
        return bytes(llama.llama_vocab_get_text(self.handle, token))

    def ends_reply(self, token: int) -> bool:
        return bool(llama.llama_vocab_is_eog(self.handle, token))

    def _control_texts(self) -> tuple[str, ...]:
        ids = range(self.n_tokens)
        control = [i for i in ids if llama.llama_vocab_is_control(self.handle, i)]
        return tuple(text for text in map(self.token_text, control) if text)

    def _fill_in_the_middle(self) -> FillInTheMiddle | None:
        tokens = (
            llama.llama_vocab_fim_pre(self.handle),
            llama.llama_vocab_fim_suf(self.handle),
            llama.llama_vocab_fim_mid(self.handle),
        )
        return FillInTheMiddle(*tokens) if min(tokens) >= 0 else None

    def _piece(self, token: int, *, special: bool) -> bytes:
        n_bytes = PIECE_BYTES
        while True:
            buffer = ctypes.create_string_buffer(n_bytes)
            n = llama.llama_token_to_piece(self.handle, token, buffer, n_bytes, 0, special)
            if n >= 0:
                return buffer.raw[:n]
            n_bytes = -n
