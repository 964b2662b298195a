"""The rules of a grammar while it grows, and the small expressions they are made of."""

from collections.abc import Sequence

from lsp_server.host.gbnf import MAX_CHARS
from lsp_server.host.json_fields import BadRequest

BLOCK = 500
"""llama.cpp and gbnf.py bound what may be repeated at once; longer things are made of blocks."""

ENDLESS = BLOCK * 2000
"""No reply is as long."""

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Rules:
    """Rules with the same body are one rule. What the methods return is one item of a sequence, or
    "" for nothing."""

    def __init__(self) -> None:
        self._bodies: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._n_chars = 0

    def named(self, body: str) -> str:
        body = body.strip()
        if not body or body in self._bodies:
            return body
        if body not in self._names:
            self._names[body] = self.reserve()
            self.define(self._names[body], body)
        return self._names[body]

    def reserve(self) -> str:
        """A name to be defined later."""
        name = f"r{len(self._bodies)}"
        self._bodies[name] = ""
        return name

    def define(self, name: str, body: str) -> None:
        self._n_chars += len(body)
        if self._n_chars > MAX_CHARS:
            raise BadRequest("The JSON schema is too large.")
        self._bodies[name] = body

    def any_of(self, alternatives: Sequence[str]) -> str:
        assert alternatives, "there is something to choose from"
        return self.named(" | ".join(dict.fromkeys(alternatives)))

    def repeated(self, item: str, lowest: int, highest: int | None) -> str:
        """`item` is one item; `highest` None: any number."""
        if lowest >= ENDLESS:
            raise BadRequest(f"The JSON schema wants more than {ENDLESS} repetitions.")
        start = self._exactly(item, lowest)
        if highest is None or highest > ENDLESS:
            return self.named(f"{start} {item}*")
        return self.named(f"{start} {self._up_to(item, highest - lowest)}")

    def text(self, root: str) -> str:
        rules = [f"{name} ::= {body}" for name, body in self._bodies.items()]
        return "\n".join([f"root ::= {root}", *rules, ""])

    def _exactly(self, item: str, n: int) -> str:
        blocks, rest = divmod(n, BLOCK)
        block = self._block(item) if blocks else ""
        many = self._exactly(block, blocks) if blocks > BLOCK else _times(block, blocks)
        return f"{many} {_times(item, rest)}".strip()

    def _up_to(self, item: str, n: int) -> str:
        if n < BLOCK:
            return f"{item}{{0,{n}}}" if n else ""
        upto = self.named(f"{item}{{0,{n % BLOCK}}}" if n % BLOCK else '""')
        short = self.named(f"{item}{{0,{BLOCK - 1}}}")
        for _ in range(n // BLOCK):
            upto = self.named(f"{short} | {self._block(item)} {upto}")
        return upto

    def _block(self, item: str) -> str:
        return self.named(f"{item}{{{BLOCK}}}")


def literal(text: str) -> str:
    """A text that must stand there as it is."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(
            "The JSON schema holds half a surrogate pair, which is no text."
        ) from error
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    return ESCAPES.get(char) or (char if char >= " " else f"\\x{ord(char):02x}")


def _times(item: str, n: int) -> str:
    return "" if not n else item if n == 1 else f"{item}{{{n}}}"
