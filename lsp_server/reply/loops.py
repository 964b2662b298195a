"""Stop a reply that repeats itself.

A loop is a block of lines that comes again and again, or a piece that repeats within a line. How
often is too often depends on what repeats: words are suspect early, data and rulers late, for
tables of zeros, lists of the same default and runs of closing brackets are honest. Lines are
compared with their indentation, so that a run of `}` or `</div>` at falling depth never repeats.
What the text had before (`original`) may repeat as often again. Loops that count ("test_1",
"test_2") are not seen.
"""

from itertools import pairwise

from lsp_server.errors import ReplyLoop
from lsp_server.reply.lines import pieces

MAX_LINES = 40
MAX_PIECE = 80
CHECK_EVERY = 32


class NoLoops:
    """Passes the reply through; raises ReplyLoop once it repeats itself."""

    done = False

    def __init__(self, original: str = "") -> None:
        self._lines: list[str] = []
        self._line = ""
        self._n_allowed = _longest_run(original)
        self._n_line_allowed = max((len(line) for line in original.splitlines()), default=0)

    def push(self, chunk: str) -> str:
        for piece in pieces(chunk):
            self._read(piece)
        return chunk

    def close(self) -> str:
        return ""

    def _read(self, piece: str) -> None:
        """Read part of one line, stopping to check at fixed columns, however it was cut."""
        while piece:
            room = CHECK_EVERY - len(self._line) % CHECK_EVERY
            self._line, piece = self._line + piece[:room], piece[room:]
            if self._line.endswith("\n"):
                self._end_line()
            elif len(self._line) % CHECK_EVERY == 0 and self._repeats_in_line():
                raise ReplyLoop(_sentence(self._line[-MAX_PIECE:]))

    def _end_line(self) -> None:
        self._lines.append(self._line)
        self._line = ""
        for size in range(1, min(MAX_LINES, len(self._lines) // 2) + 1):
            if self._lines[-1] == self._lines[-1 - size] and self._repeats(size):
                raise ReplyLoop(_sentence(self._lines[-1]))

    def _repeats(self, size: int) -> bool:
        block = self._lines[-size:]
        length = size * (_n_blocks(block) + self._n_allowed)
        run = self._lines[-length:]
        return len(run) == length and run[size:] == run[:-size]

    def _repeats_in_line(self) -> bool:
        for size in range(1, MAX_PIECE + 1):
            length = _n_characters(self._line[-size:]) + self._n_line_allowed
            run = self._line[-length:]
            if len(run) == length and run[size:] == run[:-size]:
                return True
        return False


def _n_blocks(block: list[str]) -> int:
    """How often these lines may follow themselves."""
    n_letters = sum(character.isalpha() for line in block for character in line)
    is_data = all(line.strip()[:1] in "\"'0123456789-+.[({|" for line in block if line.strip())
    if n_letters < 3 * len(block):
        return 400
    if is_data or n_letters < 12:
        return 64
    if len(block) == 1:
        return 16
    return 8 if n_letters < 200 else 4


def _n_characters(piece: str) -> int:
    """For how many characters `piece` may follow itself within a line."""
    n_letters = sum(character.isalpha() for character in piece)
    if len(set(piece)) < 3 or n_letters < 2:
        return 1000
    return max(240, 12 * len(piece))


def _longest_run(text: str) -> int:
    """The most times that a line of `text` follows itself."""
    longest = run = 0
    lines = text.splitlines()
    for before, line in pairwise(lines):
        run = run + 1 if before == line else 0
        longest = max(longest, run)
    return longest


def _sentence(sample: str) -> str:
    shown = " ".join(sample.split())[:40]
    return f'The model repeats itself ("{shown}"): run the action again, or on a smaller selection.'
