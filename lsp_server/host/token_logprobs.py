"""Log probabilities in OpenAI's two forms: the one of chats, and the older one of completions."""

import codecs
from collections.abc import Sequence

from lsp_server.host.wire import Json
from lsp_server.host.work import TokenLogprob

LOWEST = -9999.0
"""What OpenAI says for a token that cannot come; JSON has no -Infinity."""


def of_chat(tokens: Sequence[TokenLogprob]) -> Json:
    """A token that is no whole text is told by its bytes."""
    content = [
        _told(each.piece, each.logprob)
        | {"top_logprobs": [_told(piece, logprob) for piece, logprob in each.likeliest]}
        for each in tokens
    ]
    return {"content": content, "refusal": None}


class CompletionLogprobs:
    """The older form of one reply, piece after piece: `text_offset` counts characters from its
    start."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._n_chars = 0

    def of(self, tokens: Sequence[TokenLogprob]) -> Json:
        offsets = []
        for each in tokens:
            offsets.append(self._n_chars)
            self._n_chars += len(self._decoder.decode(each.piece))
        return {
            "tokens": [_name(each.piece) for each in tokens],
            "token_logprobs": [_finite(each.logprob) for each in tokens],
            "top_logprobs": [
                {_name(piece): _finite(logprob) for piece, logprob in each.likeliest}
                for each in tokens
            ],
            "text_offset": offsets,
        }


def joined(parts: Sequence[Json]) -> Json:
    """One for all: each member is a list."""
    names = parts[0] if parts else ()
    return {name: [each for part in parts for each in _list(part[name])] for name in names}


def _told(piece: bytes, logprob: float) -> dict[str, object]:
    text = piece.decode("utf-8", "replace")
    return {"token": text, "logprob": _finite(logprob), "bytes": list(piece)}


def _name(piece: bytes) -> str:
    """Two different tokens never have the same."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in piece)


def _finite(logprob: float) -> float:
    return max(logprob, LOWEST)


def _list(value: object) -> list[object]:
    assert isinstance(value, list), "the older form is made of lists"
    return value
