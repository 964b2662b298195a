"""What the soak's model says, and what a client must therefore see, worked out naively.

Each reply is made of pieces that are tokens of their own, so it is known where `max_tokens` cuts.
Pieces occur once (script_pieces.py), hence the numbers in them.
"""

from collections.abc import Sequence

from lsp_server.host.script_pieces import cut

N_SCRIPTS = 6
KEYS = tuple(f"#{number}#" for number in range(N_SCRIPTS))
SYMBOLS = ("é", "世", "🎉", "ß\r\n", "\t{x}", "Ω")


def _pieces(number: int) -> list[bytes]:
    """Words, line ends, and characters cut in two, as real tokenizers do it."""
    pieces: list[bytes] = []
    for at in range(6 + 3 * number):
        pieces.append(f"w{number}.{at} ".encode())
        if at % 4 == number % 4:
            symbol = f"{SYMBOLS[(at + number) % len(SYMBOLS)]}{number}:{at}".encode()
            pieces += [symbol[:1], symbol[1:]] if at % 8 else [symbol]
        if at % 6 == 5:
            pieces.append(f"\n    line{number}.{at}".encode())
    return pieces


SCRIPTS: dict[str, Sequence[str | bytes]] = {key: _pieces(n) for n, key in enumerate(KEYS)}


TOKENS = dict(zip(KEYS, cut(list(SCRIPTS.values())), strict=True))
"""Without the one that ends the reply."""

TEXTS = {key: b"".join(TOKENS[key]).decode() for key in KEYS}


def expected(key: str, max_tokens: int | None, stop: Sequence[str]) -> tuple[str, str]:
    """The text and the finish reason."""
    pieces = TOKENS[key]
    cut_off = max_tokens is not None and max_tokens <= len(pieces)
    text = b"".join(pieces[:max_tokens]).decode("utf-8", "ignore")
    ends = [(text.index(each) + len(each), text.index(each)) for each in stop if each in text]
    if ends:
        return text[: min(ends)[1]], "stop"
    return text, "length" if cut_off else "stop"
