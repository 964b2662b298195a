"""Of a reply that is Python code, all but the imports it begins with or makes between definitions.

They are written where imports belong, by syntax. Those inside a function stay.
"""

from lsp_server.reply.lines import LineBuffer
from lsp_server.reply.scan import Scanner


class WithoutImports:
    """Drops import statements at the margin of the first line, and the blank lines behind them."""

    done = False

    def __init__(self) -> None:
        self._buffer = LineBuffer()
        self._scanner = Scanner("python")
        self._margin: int | None = None
        self._dropping = False
        self._blank = ""
        self._continued = False

    def push(self, chunk: str) -> str:
        return "".join(self._line(line) for line in self._buffer.lines(chunk))

    def close(self) -> str:
        text = "".join(self._line(line) for line in self._buffer.rest())
        return text + ("" if self._dropping else self._blank)

    def _line(self, line: str) -> str:
        is_inside = bool(self._scanner.depth or self._scanner.closer or self._continued)
        if not is_inside and not line.strip():
            self._blank += line
            return ""
        if not is_inside:
            self._begin(line)
        self._scanner.feed(line)
        self._continued = not self._scanner.closer and line.rstrip("\n").endswith("\\")
        if self._dropping:
            return ""
        blank, self._blank = self._blank, ""
        return blank + line

    def _begin(self, line: str) -> None:
        """A statement begins. The blank lines behind a dropped one go with it."""
        columns = len(line) - len(line.lstrip())
        self._margin = columns if self._margin is None else self._margin
        was_dropping = self._dropping
        self._dropping = columns == self._margin and line.lstrip().startswith(("import ", "from "))
        if was_dropping and not self._dropping:
            self._blank = ""
