"""The cutting of scripted replies into tokens that each have one successor.

llama.cpp insists that token texts are unique, and in a scripted model the next token hangs on
the last one alone. So no piece may occur twice, in one reply or in two: a piece that would is
merged with the next. Deliberately absent: anything about files and weights (`scripted.py`).
"""

import re
from collections.abc import Collection, Sequence

Script = str | Sequence[str | bytes]

# About the size of a real tokenizer's: a word with the blanks before it, a number, a sign.
PIECE = re.compile(r"\s*[^\W\d_]{1,8}|\s*\d{1,3}|\s*[^\w\s]{1,2}|\s*_+|\s+", re.ASCII)
ASTRAL = 4


def cut(replies: Sequence[Script]) -> list[list[bytes]]:
    """The tokens of each reply; joined they are the reply, and none is in two different replies.

    Equal replies share their tokens. Shorter ones are cut first: then a whole reply, as one
    token, is always free to be used as a last resort.
    """
    wholes = [b"".join(_pieces(reply)) for reply in replies]
    tokens: dict[bytes, list[bytes]] = {}
    used: set[bytes] = set()
    for index in sorted(range(len(replies)), key=lambda index: len(wholes[index])):
        whole = wholes[index]
        if whole not in tokens:
            tokens[whole] = _unique(_pieces(replies[index]), used)
            used.update(tokens[whole])
    return [tokens[whole] for whole in wholes]


def _pieces(reply: Script) -> list[bytes]:
    if isinstance(reply, str):
        return [part for piece in _words(reply) for part in _as_tokenizers_do(piece)]
    pieces = [piece.encode() if isinstance(piece, str) else piece for piece in reply]
    return [piece for piece in pieces if piece]


def _words(text: str) -> list[str]:
    """`text` cut at every end of a match, so that what matches nothing is kept as well."""
    ends = [match.end() for match in PIECE.finditer(text)]
    starts = [0, *ends]
    return [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)]


def _as_tokenizers_do(word: str) -> list[bytes]:
    """Real vocabularies cut an emoji inside its bytes, and so do we; other text stays whole."""
    pieces: list[bytes] = []
    for char in word:
        encoded = char.encode()
        if len(encoded) == ASTRAL:
            pieces += [encoded[:2], encoded[2:]]
        elif len(encoded) > 1 or not pieces:
            pieces.append(encoded)
        else:
            pieces[-1] += encoded
    return pieces


def _unique(pieces: Sequence[bytes], used: Collection[bytes]) -> list[bytes]:
    """`pieces`, merged with the next ones, or at the end with those before, until all differ."""
    tokens: list[bytes] = []
    seen: set[bytes] = set()
    pending = b""
    for piece in pieces:
        pending += piece
        if pending not in used and pending not in seen:
            tokens.append(pending)
            seen.add(pending)
            pending = b""
    while pending:
        last = tokens.pop() if tokens else b""
        seen.discard(last)
        pending = last + pending
        if not tokens or (pending not in used and pending not in seen):
            tokens.append(pending)
            pending = b""
    return tokens
